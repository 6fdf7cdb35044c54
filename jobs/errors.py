"""What can go wrong, typed.

JobError
├── GiveUp                the run ends as failed; trying again would not help
├── RetryLater            the run goes back to pending for a while
├── InvalidTransition     a bug: the life cycle has no such step
├── StaleRun              a lost race: somebody else moved the run; log it and walk away
│   └── NotYet            its moment has not come, or another run of the job goes first
│       └── NoPlace       a limit on runs at once, or on starts, is reached
├── AnotherRunIsOpen      a job that runs one at a time has an open run already
├── NothingToRunAgain     a run whose job and subject are gone
├── HandedBack            the worker was told to stop while the run worked
├── RunCancelled          somebody cancelled the run while it worked
├── InvalidOptions        options that the job type does not take
├── ScriptRefused         a script that breaks a rule, or is not there
├── InvalidSchedule       a cron expression or time zone that cannot fire
├── UnknownName           a name that nothing is registered under
└── ServiceError          an external service did not do what it was asked
    ├── NotConfigured     a key or an address is missing
    ├── AddressRefused    the address is an internal one, or none that may be asked
    ├── Unauthorized      401, 403: the key is wrong or may not
    ├── QuotaExhausted    402, or a 429 that means "no money left"
    ├── RateLimited       429: come back later (retryable)
    ├── Unavailable       5xx, no connection, no answer in time (retryable)
    ├── InvalidRequest    other 4xx: the service will never take this
    └── InvalidReply      2xx, but not what was promised: HTML, half a JSON, nothing

A class's docstring is its default message.
"""


class JobError(Exception):
    """The job failed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class GiveUp(JobError):
    """The job cannot be done.

    `metrics` is what had been counted by then; it is kept on the run.
    """

    def __init__(self, message: str, *, metrics: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.metrics = metrics or {}


class RetryLater(JobError):
    """The job should be tried again.

    `seconds` is the least time to wait; None leaves it to the job's back-off. With `counts` False nothing failed, the
    job only waits for something: no attempt is used up, and its worker does other work meanwhile.
    """

    def __init__(self, message: str, *, seconds: float | None = None, counts: bool = True) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.counts = counts


class InvalidTransition(JobError):
    """A run cannot take this step."""


class StaleRun(JobError):
    """The run was moved by somebody else in the meantime."""


class NotYet(StaleRun):
    """Another run of the job goes first."""


class NoPlace(NotYet):
    """A limit is reached.

    `key` says which: its kind and value.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"The limit for {key} is reached.")
        self.key = key


class AnotherRunIsOpen(JobError):
    """Another run of this job is open. Retry this one when it has ended."""


class NothingToRunAgain(JobError):
    """What this run was about is gone, so there is nothing to run again."""


class HandedBack(JobError):
    """Its worker was told to stop: another one goes on with it."""


class RunCancelled(JobError):
    """The run was cancelled."""


class InvalidOptions(JobError):
    """These options are not accepted."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(f"{field}: {sentence}" for field, sentence in problems.items()))
        self.problems = problems


class ScriptRefused(JobError):
    """This script may not be run."""


class InvalidSchedule(JobError):
    """This schedule can never fire."""


class UnknownName(JobError):
    """Nothing is registered under this name."""


class ServiceError(JobError):
    """The service failed.

    `service` names it, `status_code` is its HTTP status if it sent one, `retry_after` the seconds it asked us to
    wait, `raw` the body as it came. `retryable` says whether the same request may succeed later, `is_ambiguous` that
    the request left and no whole reply came, so that the service may have done it and charged for it.
    """

    retryable = False

    def __init__(
        self,
        message: str = "",
        *,
        service: str = "",
        status_code: int | None = None,
        retry_after: float | None = None,
        raw: bytes = b"",
        is_ambiguous: bool = False,
    ) -> None:
        super().__init__(message)
        self.service = service
        self.status_code = status_code
        self.retry_after = retry_after
        self.raw = raw
        self.is_ambiguous = is_ambiguous


class NotConfigured(ServiceError):
    """The service is not configured."""


class AddressRefused(ServiceError):
    """This address may not be asked."""


class Unauthorized(ServiceError):
    """The service refused the key."""


class QuotaExhausted(ServiceError):
    """The account has nothing left to spend."""


class RateLimited(ServiceError):
    """The service asks for fewer requests."""

    retryable = True


class Unavailable(ServiceError):
    """The service cannot be reached at the moment."""

    retryable = True


class InvalidRequest(ServiceError):
    """The service does not accept this request."""


class InvalidReply(ServiceError):
    """The service's reply cannot be read."""

"""What becomes of an errand whose flight is over: its answer is kept, it is lined up again, or it ends without one."""

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from brands import ledger
from brands.collector import AsyncProvider, Reply
from brands.errands import Errand, Step, give_up_on, lost
from brands.flights import Flight, NothingStored
from brands.keeping import keep
from brands.lanes import Lanes
from brands.limits import Limits
from brands.models import CallStatus
from jobs.errors import InvalidReply, InvalidRequest, ServiceError, Unavailable
from jobs.job_type import RunContext

LONGEST_POLL = 30.0  # seconds between two looks at a task
logger = logging.getLogger(__name__)


class Landings:
    """`done` counts the errands that have ended, `retry_after` are the seconds that a later attempt should wait."""

    def __init__(self, context: RunContext, lanes: Lanes, limits: Limits, done: int) -> None:
        self.context = context
        self.lanes = lanes
        self.limits = limits
        self.done = done
        self.retry_after: float | None = None

    def line_up(self, errand: Errand) -> None:
        """Let the errand wait for its next step, or end it where nobody is left to be asked."""
        if not self.lanes.line_up(errand):
            self.end(errand, lambda: keep(errand.part, errand.asked()))

    def landed(self, flight: Flight[Errand]) -> None:
        errand, error = flight.cargo, _typed(flight)
        if errand.step is Step.ASK:
            self.limits.leave(errand.providers[0], error)
        elif errand.step is not Step.READ:
            self.limits.heard(errand.providers[0], error)
        if errand.step is Step.POLL and (flight.result is not None or isinstance(error, InvalidReply)):
            store(flight)  # what a look brings can be had once more, so it is stored only where it matters
        if error is not None:
            self.went_wrong(errand, error)
        elif isinstance(flight.result, Reply):
            self._answered(errand, flight.result)
        elif errand.step is Step.FIND and flight.result is None:
            self._never_arrived(errand)
        elif errand.step is Step.FIND and flight.result in ledger.known_task_ids(errand.providers[0]):
            self.lanes.aside.append(errand)  # another lost call of the same question has found it first
        else:
            self._look_later(errand, flight.result)

    def _answered(self, errand: Errand, reply: Reply) -> None:
        if errand.call is not None:
            ledger.settle(errand.call, errand.part, errand.asked(reply))
        self.done += 1

    def _look_later(self, errand: Errand, task_id: str | None, retry_after: float = 0) -> None:
        """A task was handed in, or is not ready: the longer it takes, the less often it is looked at."""
        call = errand.call
        if call is not None and task_id and task_id != call.task_id:
            ledger.keep_task_id(call, errand.part, task_id, errand.asked())
        age = (timezone.now() - call.opened_at).total_seconds() if call is not None else 0
        pause = max(min(age / 4, LONGEST_POLL), settings.COLLECTION_POLL_INTERVAL, retry_after)
        errand.step, errand.not_before = Step.POLL, time.monotonic() + pause
        self.lanes.aside.append(errand)

    def _never_arrived(self, errand: Errand) -> None:
        """The provider has no such task, so nothing was bought."""
        if errand.call is not None:
            ledger.fail(errand.call, Unavailable("The question did not arrive: the provider has no task for it."))
        errand.begin_anew()
        self.line_up(errand)

    def went_wrong(self, errand: Errand, error: ServiceError) -> None:
        if errand.step is Step.POLL and not isinstance(error, InvalidReply | InvalidRequest):
            # A look that fails, be it for a wrong key, is no end of the task, which is paid for.
            self.context.log(f"{errand.part}: {error}", "warning")
            self._look_later(errand, None, error.retry_after or 0)
        elif errand.step is Step.READ and errand.call is not None and errand.call.status == CallStatus.FAILED:
            errand.begin_anew()  # it cannot be read now either
            self.line_up(errand)
        elif isinstance(error, NothingStored):
            self.end(errand, partial(give_up_on, errand))
        elif errand.step is Step.FIND or _can_be_made_again(errand, error):
            self._try_later(errand, error)
        elif error.is_ambiguous:
            self.end(errand, partial(lost, errand, error))
        else:
            self._failed(errand, error)

    def _try_later(self, errand: Errand, error: ServiceError) -> None:
        """What became of it can be found out, but not now: its call stays open for the next attempt."""
        if self.context.is_last_attempt:
            self.end(errand, partial(lost, errand, error))
            return
        errand.failed(Unavailable(str(error), service=error.service, retry_after=error.retry_after, raw=error.raw))
        self.end(errand, lambda: keep(errand.part, errand.asked()))

    def _failed(self, errand: Errand, error: ServiceError) -> None:
        """This provider has no answer, and nothing was paid that could still be had: on to the next one."""
        call, asked_before = errand.call, errand.asked()
        errand.failed(error)
        errand.begin_anew()
        if errand.fails_over():
            if call is not None:
                ledger.fail(call, error)
            self.line_up(errand)
            return
        asked = replace(errand.asked(), latency_ms=asked_before.latency_ms)
        if call is not None:
            self.end(errand, lambda: ledger.fail(call, error, errand.part, asked))
        else:
            self.end(errand, lambda: keep(errand.part, asked))

    def end(self, errand: Errand, write: Callable[[], Any]) -> None:
        """There is no answer for this part in this attempt."""
        write()
        self.done += 1
        error = errand.asked().error
        if error is not None:
            self.context.log(f"{errand.part}: {error}", "warning")
            if error.retryable and not error.is_ambiguous:
                self.retry_after = max(self.retry_after or 0, error.retry_after or 0) or None


def store(flight: Flight[Errand]) -> None:
    """Keep what has arrived of it so far."""
    if flight.cargo.call is not None and flight.responses:
        ledger.keep_body(flight.cargo.call, flight.responses)


def _can_be_made_again(errand: Errand, error: ServiceError) -> bool:
    """Whether a call may have been charged, now or in an earlier attempt, and a later one can find out."""
    provider = errand.provider
    if isinstance(provider, AsyncProvider):
        return error.is_ambiguous and provider.finds()
    keyed = provider is not None and provider.takes_keys
    return keyed and (error.is_ambiguous or (errand.is_resumed and errand.step is Step.ASK))


def _typed(flight: Flight[Errand]) -> ServiceError | None:
    """Why there is no result. A provider is other people's code: what else it raises is a reply it cannot read."""
    error, name = flight.error, flight.cargo.providers[0]
    if error is None or isinstance(error, ServiceError):
        return error
    logger.error("%s", "".join(traceback.format_exception(error)), extra={"action": "provider_crashed"})
    return InvalidReply(f"{name}'s reply could not be read ({type(error).__name__}).", service=name)

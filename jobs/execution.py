"""A run's way through a worker: claim it, work on it, record what became of it."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from jobs import clock
from jobs.context import RunContext, missing_in_words
from jobs.errors import (
    GiveUp,
    HandedBack,
    InvalidOptions,
    NoPlace,
    NotYet,
    RetryLater,
    RunCancelled,
    ServiceError,
    StaleRun,
    UnknownName,
)
from jobs.heartbeat import heartbeat
from jobs.http import one_line
from jobs.job_type import job_types, permitted_options
from jobs.limits import call_next, claim
from jobs.models import JobRun
from jobs.offspring import Process
from jobs.patience import patiently
from jobs.policies import WAITS_ITS_TURN
from jobs.queueing import publish_next
from jobs.retry import backoff, with_jitter
from jobs.status import RunStatus

logger = logging.getLogger(__name__)
Outcome = Callable[[JobRun], None]


def execute(run_id: UUID, *, worker: str, task_id: str = "") -> RunStatus | None:
    """Do one attempt at the run; None where there is nothing to do (a second message, a run that is gone)."""
    # A worker keeps its connection from run to run, and the claim is the first to find that it is dead. A claim whose
    # answer was lost is not made again: its run comes back like that of a process that died.
    run = patiently(lambda: JobRun.claim_at_once(run_id, worker, task_id) or _claimed(run_id, worker, task_id))
    if run is None:
        return None
    _say("run_started", run, logging.DEBUG)  # Celery says so as well, and a line takes as long as a tenth of a run
    status = _attempt(run)
    if status is None:
        run.let_go()
    if run.overlap in WAITS_ITS_TURN:
        publish_next(run)
    if run.keys:
        call_next(run.keys)
    return status


def _claimed(run_id: UUID, worker: str, task_id: str) -> JobRun | None:
    """The run, claimed where other runs leave it a place; else it is noted what it waits for."""
    try:
        run = JobRun.objects.with_limits().get(pk=run_id)
        if run.status != RunStatus.PENDING:
            return None
        claim(run, worker, task_id)
    except NoPlace as full:
        run.wait_for(full.key)
    except NotYet:
        run.give_way()
    except (JobRun.DoesNotExist, StaleRun):
        pass
    else:
        return run
    return None


def _attempt(run: JobRun) -> RunStatus | None:
    outcome = _work(run)
    Process.end_children()
    try:
        patiently(lambda: outcome(run))
    except StaleRun:
        _say("run_taken_away", run)
        return None
    _say(f"run_{run.status}", run)
    return RunStatus(run.status)


def _work(run: JobRun) -> Outcome:
    """Run the job type and turn whatever it does into an outcome."""
    context = None
    try:
        options = permitted_options(run.job_type, run.options, run.owner_id)
        context = RunContext(
            run_id=run.pk,
            owner_id=run.owner_id,
            subject_id=run.subject_id,
            options=options,
            attempt=run.attempt,
            max_attempts=run.max_attempts,
            is_reopened=run.is_reopened,
            scheduled_for=run.scheduled_for,
            was_put_off=run.waiting_since is not None,
            latest_wait=run.latest_wait,
        )
        with heartbeat(run, context):
            metrics = job_types.get(run.job_type)().run(context)
    except (UnknownName, InvalidOptions) as error:
        return Failed(str(error))
    except GiveUp as error:
        return Failed(str(error), metrics=error.metrics)
    except RetryLater as error:
        return TryAgain(str(error), error.seconds) if error.counts else PutOff(str(error), error.seconds or 0)
    except ServiceError as error:
        return TryAgain(str(error), error.retry_after) if error.retryable else Failed(str(error))
    except (RunCancelled, StaleRun):
        return TakenAway()
    except HandedBack:
        return JobRun.hand_back
    except Exception as error:  # noqa: BLE001  a job type is other people's code: whatever it raises must end in a status
        if context is not None and context.seconds_left <= 0:  # at its limit it was told to stop, in one way or another
            return TimedOut(context.counted)
        if context is not None and isinstance(context.stop, HandedBack):
            return JobRun.hand_back
        logger.error("%s", traceback.format_exc(), extra={"action": "run_crashed", "run": str(run.pk)})
        return TryAgain(f"{type(error).__name__}: {one_line(str(error))}", None)
    return Done(metrics, context.missing)


def _timed(run: JobRun, metrics: dict[str, Any]) -> dict[str, Any]:
    """The job type's metrics and the seconds since the first attempt began."""
    return {**metrics, "duration_seconds": round(run.duration.total_seconds(), 3)} if run.duration else metrics


@dataclass(frozen=True, slots=True)
class Done:
    metrics: dict[str, Any]
    missing: list[tuple[str, str]]

    def __call__(self, run: JobRun) -> None:
        if self.missing:
            run.complete_in_part(_timed(run, self.metrics), missing_in_words(self.missing))
        else:
            run.complete(_timed(run, self.metrics))


@dataclass(frozen=True, slots=True)
class Failed:
    reason: str
    metrics: dict[str, Any] | None = None

    def __call__(self, run: JobRun) -> None:
        run.fail(self.reason, metrics=_timed(run, self.metrics or run.metrics))


@dataclass(frozen=True, slots=True)
class TryAgain:
    reason: str
    seconds: float | None

    def __call__(self, run: JobRun) -> None:
        if run.attempt >= run.max_attempts:
            run.fail(f"{self.reason} (attempt {run.attempt} of {run.max_attempts})")
            return
        wait = with_jitter(max(backoff(run.attempt, run.backoff_seconds), self.seconds or 0))
        run.retry_at(clock.now() + timedelta(seconds=wait), self.reason)


@dataclass(frozen=True, slots=True)
class PutOff:
    """It waits for something, for as long as it may work."""

    reason: str
    seconds: float

    def __call__(self, run: JobRun) -> None:
        moment = clock.now() + timedelta(seconds=self.seconds)
        if moment > run.latest_wait:
            run.time_out(f"It waited longer than its limit of {run.timeout_seconds} seconds. {self.reason}")
        else:
            run.put_off(moment, self.reason)


@dataclass(frozen=True, slots=True)
class TimedOut:
    counted: dict[str, Any]

    def __call__(self, run: JobRun) -> None:
        reason = f"It took longer than its limit of {run.timeout_seconds} seconds."
        run.time_out(reason, metrics=_timed(run, self.counted or run.metrics))


class TakenAway:
    """Somebody else has ended the run, or has it by now: nothing is recorded."""

    def __call__(self, run: JobRun) -> None:
        raise StaleRun


def _say(action: str, run: JobRun, level: int = logging.INFO) -> None:
    logger.log(level, "%s %s %s", action, run.pk, run.reason, extra={"action": action, "run": str(run.pk)})

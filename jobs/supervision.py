"""In a worker, beside its pool: ends by force what does not end by itself, with all that it has started.

A run that was cancelled or taken over, or whose time is up, stops at its next part. One that does not come to a next
part within `kill_after_seconds` is ended here: the process that works on it is killed, and Celery starts another one
in its place. A worker that was told to stop hands its runs back: each at its next part, or by force when the grace is
over (a job type may ask for more of it). Threads cannot be killed: where the pool is one of threads, such a run keeps
its place until it returns.
"""

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from uuid import UUID

from celery.exceptions import WorkerLostError
from celery.signals import task_failure, worker_process_init, worker_ready, worker_shutdown, worker_shutting_down
from celery.worker import state
from django.conf import settings
from django.db import Error, connection

from jobs import clock, closing, offspring
from jobs.errors import StaleRun
from jobs.job_type import job_types
from jobs.models import JobRun, RunLog
from jobs.queueing import EXECUTE_TASK
from jobs.recovery import take_back
from jobs.status import RunStatus

LOOK = 2.0  # seconds between two looks
logger = logging.getLogger(__name__)
_died: "SimpleQueue[tuple[str, UUID]]" = SimpleQueue()  # (task_id, run_id) of attempts whose process died
_stopped = threading.Event()


@dataclass(slots=True)
class Attempt:
    """One that this worker has accepted. Times are those of `time.monotonic`."""

    task_id: str
    run_id: UUID
    pid: int
    since: float
    is_ours: bool = False  # it has claimed its run
    lost_at: float | None = None  # since when the run is no longer its own
    is_ended: bool = False  # by force; the pool has not noticed yet


class Supervisor:
    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.attempts: dict[str, Attempt] = {}
        self.strangers: set[int] = set()
        self.closing_since: float | None = None

    def look(self) -> None:
        self._end_orphans()
        accepted = {request.id: request for request in list(state.requests.values()) if request.worker_pid is not None}
        for task_id, request in accepted.items():
            run_id = _run_id(request)
            if run_id is not None:
                self.attempts.setdefault(task_id, Attempt(task_id, run_id, request.worker_pid, time.monotonic()))
        while not _died.empty():  # also one that began and ended between two looks
            task_id, run_id = _died.get()
            self.attempts.setdefault(task_id, Attempt(task_id, run_id, 0, time.monotonic()))
        if not self.attempts:
            return
        runs = JobRun.objects.in_bulk([attempt.run_id for attempt in self.attempts.values()])
        for attempt in list(self.attempts.values()):
            run = runs.get(attempt.run_id)
            if attempt.task_id in accepted:
                self._judge(attempt, run)
            else:
                del self.attempts[attempt.task_id]
                if run is not None and _is_at(run, attempt):  # else it has said how it ended
                    with suppress(StaleRun):
                        take_back(run, clock.now(), f"Its process on {run.worker} died")

    def _judge(self, attempt: Attempt, run: JobRun | None) -> None:
        now = time.monotonic()
        if attempt.is_ended:
            return
        if run is not None and _is_at(run, attempt):
            attempt.is_ours = True
            if now - attempt.since > run.timeout_seconds + run.kill_after_seconds or self._grace_is_over(now, run):
                self._end(attempt, run)
        elif attempt.is_ours or (run is not None and run.task_id == attempt.task_id):
            attempt.lost_at = attempt.lost_at or now
            if now - attempt.lost_at > (run.kill_after_seconds if run else 0):
                self._end(attempt, run)

    def _grace_is_over(self, now: float, run: JobRun) -> bool:
        """Whether a worker that was told to stop has waited long enough for its runs."""
        if not closing.is_closing():
            return False
        self.closing_since = self.closing_since or now
        more = job_types.get(run.job_type).seconds_to_land if run.job_type in job_types else 0
        return now - self.closing_since > settings.WORKER_SHUTDOWN_GRACE + more

    def _end(self, attempt: Attempt, run: JobRun | None) -> None:
        can_kill = attempt.pid != os.getpid()
        if can_kill:
            pids = offspring.descendants(attempt.pid)
            self.pool.terminate_job(attempt.pid, signal.SIGKILL)
            offspring.send(pids, signal.SIGKILL)
            attempt.is_ended = True
            logger.warning("Ended by force: %s", attempt.run_id, extra={"action": "run_ended_by_force"})
        if run is not None and self.closing_since is not None and _is_at(run, attempt):
            with suppress(StaleRun):
                run.hand_back()
        elif run is not None:
            _record(run, is_over=not _is_at(run, attempt), can_kill=can_kill)

    def _end_orphans(self) -> None:
        """Kill what a process of the pool has left when it died. Seen twice, it is no process that is just starting."""
        pool = getattr(getattr(self.pool, "_pool", None), "_pool", None)
        if pool is None:
            return
        found = set(offspring.children(os.getpid())) - {process.pid for process in pool}
        orphans = found & self.strangers
        offspring.send([pid for orphan in orphans for pid in (orphan, *offspring.descendants(orphan))], signal.SIGKILL)
        offspring.reap(orphans)
        self.strangers = found - orphans


def _run_id(request: Any) -> UUID | None:
    """None for another task, and for a message that is not one of ours."""
    try:
        return UUID(request.args[0]) if request.name == EXECUTE_TASK else None
    except (ValueError, TypeError, AttributeError, LookupError):
        return None


def _is_at(run: JobRun, attempt: Attempt) -> bool:
    return run.status == RunStatus.PROCESSING and run.task_id == attempt.task_id


def _record(run: JobRun, *, is_over: bool, can_kill: bool) -> None:
    """Write down that the run was ended by force, or that it ends here although its thread cannot be stopped."""
    how = "was ended by force" if can_kill else "cannot be ended by force in a pool of threads: its place stays taken"
    text = f"It did not stop within {run.kill_after_seconds} seconds and {how}."
    if is_over and not can_kill:
        return
    RunLog.objects.create(run=run, at=clock.now(), attempt=run.attempt, level="warning", text=text)
    with suppress(StaleRun):
        if is_over:
            run.let_go()
        else:
            run.time_out(f"It took longer than its limit of {run.timeout_seconds} seconds. {text}")


@task_failure.connect
def _note_death(sender: Any, task_id: str, exception: BaseException, args: Any, **_: object) -> None:
    """Celery tells of a process that died here, in the worker's own process."""
    if sender.name == EXECUTE_TASK and isinstance(exception, WorkerLostError):
        _died.put((task_id, UUID(args[0])))


@worker_process_init.connect
def _dedicate(**_: object) -> None:
    offspring.Process.dedicate()


@worker_ready.connect
def _start(sender: Any, **_: object) -> None:
    offspring.adopt_orphans()
    _stopped.clear()
    closing.reopen()
    supervisor = Supervisor(sender.pool)
    threading.Thread(target=_supervise, args=(supervisor,), name="supervisor", daemon=True).start()


@worker_shutting_down.connect
def _close(**_: object) -> None:
    closing.close()


@worker_shutdown.connect
def _stop(**_: object) -> None:
    _stopped.set()


def _supervise(supervisor: Supervisor) -> None:
    while not _stopped.wait(LOOK):
        try:
            supervisor.look()
        except Error:
            continue  # the next look sees the same
        finally:
            connection.close()

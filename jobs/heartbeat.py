"""While a run works, a thread beside it renews its lease, writes down progress and log, and hears of a cancellation."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from jobs import clock, closing
from jobs.context import RunContext
from jobs.errors import HandedBack, JobError, RunCancelled, StaleRun
from jobs.log import Line
from jobs.models import JobRun, RunLog
from jobs.offspring import Process
from jobs.patience import patiently
from jobs.status import RunStatus

INTERVAL = 1.0  # seconds between two looks
LONGEST = 5.0  # seconds until a run hears that it was cancelled
logger = logging.getLogger(__name__)


@contextmanager
def heartbeat(run: JobRun, context: RunContext) -> Iterator[None]:
    """Keep the run's lease while the block runs; after the run's time is up the lease is left to run out."""
    context.deadline = time.monotonic() + run.timeout_seconds
    if run.lease_expires_at:
        context.leased_until = time.monotonic() + (run.lease_expires_at - clock.now()).total_seconds()
    if run.fence > 1:
        _count_lines(run, context)
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, context, ended), name=f"heartbeat-{run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _close(run, context)


def _close(run: JobRun, context: RunContext) -> None:
    """Write the last progress and lines. The work is done by now, so a database that is away does not undo it."""
    lines = context.lines.taken() + context.lines.closing()

    if not lines and (run.done, run.total) == (context.done, context.total):
        return

    def write() -> None:
        if JobRun.objects.filter(pk=run.pk, fence=run.fence).update(done=context.done, total=context.total):
            _write(run, lines)

    try:
        patiently(write)
    except DatabaseError:
        logger.warning("The last lines of the log of %s are lost.", run.pk, extra={"action": "log_lost"})


def _count_lines(run: JobRun, context: RunContext) -> None:
    """What earlier claims have written counts too."""
    texts = run.log.values_list("text", flat=True)
    context.lines.lines, context.lines.bytes = len(texts), sum(len(text.encode()) for text in texts)


def _beat(run: JobRun, context: RunContext, ended: threading.Event) -> None:
    every = min(settings.STUCK_RUN_THRESHOLD / 4, LONGEST)
    renewed = time.monotonic()
    written = (0, 0)
    was_asked = False
    while not ended.wait(min(INTERVAL, every)):
        if closing.is_closing() and context.stop is None:
            context.stop = HandedBack()
        if (context.seconds_left <= 0 or context.stop is not None) and not was_asked:
            Process.ask_children_to_end()
            was_asked = True
        progress = (context.done, context.total)
        lines = context.lines.taken()
        if progress == written and not lines and time.monotonic() - renewed < every:
            continue
        try:
            clock.Clock.synchronise()
            lost = _renew(run, context, progress)
            if lost is None:
                _write(run, lines)
        except DatabaseError:
            # The database is away for a moment; the lease outlasts several looks, and the fence protects the rest.
            close_old_connections()
            context.lines.put_back(lines)
            continue
        renewed, written = time.monotonic(), progress
        if lost is not None:
            context.stop = lost
            context.lines.put_back(lines)  # a cancelled run keeps them; one that was taken over is not written to
            Process.ask_children_to_end()
            break
    connection.close()


def _write(run: JobRun, lines: list[Line]) -> None:
    RunLog.objects.bulk_create(
        RunLog(run_id=run.pk, at=line.at, attempt=run.attempt, level=line.level, text=line.text) for line in lines
    )


def _renew(run: JobRun, context: RunContext, progress: tuple[int, int]) -> JobError | None:
    """Renew the lease; return what the run must stop with where it is no longer ours."""
    if context.seconds_left <= 0:
        return None
    done, total = progress
    ours = JobRun.objects.filter(pk=run.pk, fence=run.fence, status=RunStatus.PROCESSING)
    expires = clock.now() + timedelta(seconds=settings.STUCK_RUN_THRESHOLD)
    leased_until = time.monotonic() + settings.STUCK_RUN_THRESHOLD
    if ours.update(lease_expires_at=expires, done=done, total=total, expected_at=context.expected_at):
        run.done, run.total = done, total
        context.leased_until = leased_until
        return None
    status = JobRun.objects.filter(pk=run.pk).values_list("status", flat=True).first()
    return RunCancelled() if status == RunStatus.CANCELLED else StaleRun()

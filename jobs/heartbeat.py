"""While a run works, a thread beside it renews its lease, writes down progress and log, and hears of a cancellation."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from jobs.context import RunContext
from jobs.errors import JobError, RunCancelled, StaleRun
from jobs.log import Line
from jobs.models import JobRun, RunLog
from jobs.status import RunStatus

INTERVAL = 1.0  # seconds between two looks
LONGEST = 5.0  # seconds until a run hears that it was cancelled


@contextmanager
def heartbeat(run: JobRun, context: RunContext) -> Iterator[None]:
    """Keep the run's lease while the block runs; after the run's time is up the lease is left to run out."""
    context.deadline = time.monotonic() + run.timeout_seconds
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
        lines = context.lines.taken() + context.lines.closing()
        progress = {"done": context.done, "total": context.total}
        is_written = (run.done, run.total) == (context.done, context.total)
        if (lines or not is_written) and JobRun.objects.filter(pk=run.pk, fence=run.fence).update(**progress):
            _write(run, lines)


def _count_lines(run: JobRun, context: RunContext) -> None:
    """What earlier claims have written counts too."""
    texts = run.log.values_list("text", flat=True)
    context.lines.lines, context.lines.bytes = len(texts), sum(len(text.encode()) for text in texts)


def _beat(run: JobRun, context: RunContext, ended: threading.Event) -> None:
    every = min(settings.RUN_LEASE_SECONDS / 4, LONGEST)
    renewed = time.monotonic()
    written = (0, 0)
    while not ended.wait(min(INTERVAL, every)):
        progress = (context.done, context.total)
        lines = context.lines.taken()
        if progress == written and not lines and time.monotonic() - renewed < every:
            continue
        try:
            context.stop = _renew(run, context, progress)
            if context.stop is None:
                _write(run, lines)
        except DatabaseError:
            # The database is away for a moment; the lease outlasts several looks, and the fence protects the rest.
            close_old_connections()
            context.lines.put_back(lines)
            continue
        renewed, written = time.monotonic(), progress
        if context.stop is not None:
            context.lines.put_back(lines)  # a cancelled run keeps them; one that was taken over is not written to
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
    expires = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
    if ours.update(lease_expires_at=expires, done=done, total=total, expected_at=context.expected_at):
        run.done, run.total = done, total
        return None
    status = JobRun.objects.filter(pk=run.pk).values_list("status", flat=True).first()
    return RunCancelled() if status == RunStatus.CANCELLED else StaleRun()

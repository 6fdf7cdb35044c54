"""While a run works, a thread beside it renews its lease, writes its progress down and hears of a cancellation."""

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
from jobs.models import JobRun
from jobs.status import RunStatus

INTERVAL = 1.0  # seconds between two looks


@contextmanager
def heartbeat(run: JobRun, context: RunContext) -> Iterator[None]:
    """Keep the run's lease while the block runs; after the run's time is up the lease is left to run out."""
    context.deadline = time.monotonic() + run.timeout_seconds
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, context, ended), name=f"heartbeat-{run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        JobRun.objects.filter(pk=run.pk, fence=run.fence).update(done=context.done, total=context.total)


def _beat(run: JobRun, context: RunContext, ended: threading.Event) -> None:
    lease = settings.RUN_LEASE_SECONDS
    renewed = time.monotonic()
    written = (0, 0)
    while not ended.wait(min(INTERVAL, lease / 4)):
        progress = (context.done, context.total)
        if progress == written and time.monotonic() - renewed < lease / 4:
            continue
        try:
            context.stop = _renew(run, context, progress)
        except DatabaseError:
            # The database is away for a moment; the lease outlasts several looks, and the fence protects the rest.
            close_old_connections()
            continue
        renewed, written = time.monotonic(), progress
        if context.stop is not None:
            break
    connection.close()


def _renew(run: JobRun, context: RunContext, progress: tuple[int, int]) -> JobError | None:
    """Renew the lease; return what the run must stop with where it is no longer ours."""
    if context.seconds_left <= 0:
        return None
    done, total = progress
    ours = JobRun.objects.filter(pk=run.pk, fence=run.fence, status=RunStatus.PROCESSING)
    expires = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
    if ours.update(lease_expires_at=expires, done=done, total=total):
        return None
    status = JobRun.objects.filter(pk=run.pk).values_list("status", flat=True).first()
    return RunCancelled() if status == RunStatus.CANCELLED else StaleRun()

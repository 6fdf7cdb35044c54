"""What no worker will do any more: runs whose worker died, and runs whose message was lost."""

from datetime import datetime, timedelta

from django.db import transaction

from jobs.errors import StaleRun
from jobs.models import JobRun
from jobs.queueing import publish
from jobs.retry import backoff

BATCH = 500
BY = "recovery"


def republish(now: datetime) -> int:
    """Send the messages of runs that are due and have none, or may have lost theirs. Returns how many were taken."""
    with transaction.atomic():
        runs = list(
            JobRun.objects.unpublished(now).select_for_update(skip_locked=True).order_by("available_at")[:BATCH]
        )
        return publish(runs)


def rescue(now: datetime) -> list[JobRun]:
    """Take back the runs whose lease ran out: to pending, or to their end where their attempts are used up."""
    rescued = []
    for run in JobRun.objects.abandoned(now)[:BATCH]:
        try:
            _rescue(run, now)
        except StaleRun:
            continue
        rescued.append(run)
    return rescued


def _rescue(run: JobRun, now: datetime) -> None:
    if run.started_at and now - run.started_at > timedelta(seconds=run.timeout_seconds):
        run.time_out(f"It took longer than its limit of {run.timeout_seconds} seconds.", by=BY)
    elif run.attempt >= run.max_attempts:
        run.fail(f"Its worker {run.worker} went silent at attempt {run.attempt} of {run.max_attempts}.", by=BY)
    else:
        wait = timedelta(seconds=backoff(run.attempt, run.backoff_seconds))
        run.retry_at(now + wait, f"Its worker {run.worker} went silent.", by=BY)

"""What no worker will do any more: runs whose worker died, and runs whose message was lost."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from jobs.errors import StaleRun
from jobs.models import JobRun
from jobs.models.run import JobRunQuerySet
from jobs.queueing import messages, publish
from jobs.retry import backoff
from jobs.status import RunStatus

BATCH = 500
MOST_RESENT = 2_000  # at once
BY = "recovery"
logger = logging.getLogger(__name__)


def publish_unsent(now: datetime) -> bool:
    """Send the messages of runs that are due and never had one, a batch of them. Returns whether there may be more."""
    unsent = JobRun.objects.filter(status=RunStatus.PENDING, published_at=None, waits_for="", available_at__lte=now)
    # The first look is the cheap one: nearly always there is nothing.
    return unsent.exists() and _publish(JobRun.objects.unpublished(now).filter(published_at=None)) == BATCH


def republish(now: datetime) -> int:
    """As `publish_unsent`, and also where the message was sent very long ago. Returns how many were taken."""
    return _publish(JobRun.objects.unpublished(now))


def _publish(unpublished: JobRunQuerySet) -> int:
    with transaction.atomic():
        return publish(list(unpublished.select_for_update(skip_locked=True).order_by("available_at")[:BATCH]))


def resend_lost(now: datetime) -> int:
    """Send again what the broker has lost: where fewer messages wait in a queue than there are runs that wait for one.

    Behind busy workers the numbers agree, however long the queue, and nothing is sent. Returns how many were sent.
    """
    waiting = JobRun.objects.expected_in_broker(now)
    sent = 0
    for queue, runs in waiting.order_by().values_list("queue").annotate(Count("pk")):
        there = messages(queue)
        if there is None or there >= runs:
            continue
        # Which ones were lost is not known. The longest published are sent first, and each of them only once.
        lost = list(waiting.filter(queue=queue).order_by("published_at")[: min(runs - there, MOST_RESENT)])
        sent += publish(lost)
        logger.warning("%s of %s messages were lost.", runs - there, runs, extra={"action": "messages_lost"})
    return sent


def rescue(now: datetime) -> list[JobRun]:
    """Take back the runs whose lease ran out: to pending, or to their end where their attempts are used up."""
    rescued = []
    for run in JobRun.objects.abandoned(now)[:BATCH]:
        try:
            take_back(run, now, f"Its worker {run.worker} went silent")
        except StaleRun:
            continue
        rescued.append(run)
    return rescued


def take_back(run: JobRun, now: datetime, why: str) -> None:
    """End the attempt of a worker that can no longer say how it ended; raise StaleRun where it did."""
    if run.started_at and now - run.started_at > timedelta(seconds=run.timeout_seconds):
        run.time_out(f"It took longer than its limit of {run.timeout_seconds} seconds.", by=BY)
    elif run.attempt >= run.max_attempts:
        run.fail(f"{why} at attempt {run.attempt} of {run.max_attempts}.", by=BY)
    else:
        wait = timedelta(seconds=backoff(run.attempt, run.backoff_seconds))
        run.retry_at(now + wait, f"{why}.", by=BY)

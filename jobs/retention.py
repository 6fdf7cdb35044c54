"""What is forgotten after a while: ended runs with their steps and logs, and whatever has a pruner."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, QuerySet

from jobs import clock
from jobs.models import Alert, JobRun, ServiceRecord
from jobs.pruning import in_batches, pruner, pruners
from jobs.status import DONE, RunStatus
from jobs.uploads import forget

WELL = (RunStatus.COMPLETED, RunStatus.PARTIAL)
BADLY = (RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.CANCELLED)
logger = logging.getLogger(__name__)


def prune(now: datetime) -> dict[str, int]:
    """Delete ended runs by age and by number for each job, and what pruners delete.

    Returns how many of each there were. Open runs are never touched. Skipped runs are kept in the number of completed
    ones.
    """
    runs = sum(_delete(found) for found in (_old(now), *_surplus()))
    return {"runs": runs, **{name: forget(now) for name, forget in pruners.items()}}


def sweep() -> None:
    """Prune in a thread of its own, which leaves no connection behind."""
    try:
        deleted = prune(clock.now())
        logger.info("Pruned: %s", deleted, extra={"action": "pruned"})
    except DatabaseError as error:
        logger.warning("Pruning ended early: %s", error, extra={"action": "prune_failed"})
    finally:
        connection.close()


def _old(now: datetime) -> QuerySet[JobRun]:
    limit = now - timedelta(days=settings.RETENTION_DAYS)
    return JobRun.objects.filter(status__in=sorted(DONE), created_at__lt=limit, finished_at__lt=limit)


def _surplus() -> Iterator[QuerySet[JobRun]]:
    """For each job that has more ended runs of a kind than are kept: those beyond the newest."""
    completed, failed = settings.KEEP_COMPLETED_RUNS, settings.KEEP_FAILED_RUNS
    for statuses, keep in ((WELL, completed), (BADLY, failed), ((RunStatus.SKIPPED,), completed)):
        runs = JobRun.objects.filter(status__in=statuses, scheduled_job__isnull=False)
        counts = runs.order_by().values("scheduled_job").annotate(n=Count("pk")).filter(n__gt=keep)
        for job in counts.values_list("scheduled_job", flat=True):
            of_job = runs.filter(scheduled_job=job)
            oldest_kept = of_job.order_by("-created_at")[keep - 1].created_at
            yield of_job.filter(created_at__lt=oldest_kept)


@pruner("task_results")
def _results(now: datetime) -> int:
    results: QuerySet[Any] = apps.get_model("django_celery_results", "TaskResult").objects.all()
    return _delete(results.filter(date_done__lt=now - settings.CELERY_RESULT_EXPIRES))


@pruner("service_records")
def _records(now: datetime) -> int:
    return _delete(ServiceRecord.objects.filter(at__lt=now - timedelta(days=settings.RECORD_RETENTION_DAYS)))


@pruner("alerts")
def _alerts(now: datetime) -> int:
    return _delete(Alert.objects.filter(resolved_at__lt=now - timedelta(days=settings.RETENTION_DAYS)))


def _delete(rows: QuerySet[Any]) -> int:
    return in_batches(rows, lambda keys: rows.model._default_manager.filter(pk__in=keys).delete())


@pruner("files")
def _files(now: datetime) -> int:
    return forget(now)

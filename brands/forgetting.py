"""What is forgotten of answers and calls, as the settings say: the bodies that providers sent. All else is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from brands.models import Answer, Call, CallStatus
from jobs.pruning import in_batches, pruner


@pruner("raw_bodies")
def prune_bodies(now: datetime) -> int:
    """Empty the bodies that are older than RAW_BODY_RETENTION_DAYS; 0 keeps them. A call that is open keeps its own."""
    if settings.RAW_BODY_RETENTION_DAYS == 0:
        return 0
    limit = now - timedelta(days=settings.RAW_BODY_RETENTION_DAYS)
    answers = Answer.objects.filter(asked_at__lt=limit)
    calls = Call.objects.filter(opened_at__lt=limit).exclude(status=CallStatus.OPEN)
    return sum(_forget(rows, now) for rows in (answers, calls))


def _forget(rows: QuerySet[Any], now: datetime) -> int:
    return in_batches(rows.filter(body_pruned_at=None).exclude(body=b""), partial(_empty, rows.model, now))


def _empty(model: type[Answer | Call], now: datetime, keys: Sequence[Any]) -> None:
    model._default_manager.filter(pk__in=keys).update(body=b"", body_pruned_at=now)

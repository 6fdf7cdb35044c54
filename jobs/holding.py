"""What is held while a row goes that runs belong to."""

from typing import Any

from django.db.models import QuerySet

from jobs.models import JobRun


def open_runs(owners: QuerySet[Any]) -> QuerySet[JobRun]:
    """The runs of these owners that get events still: an event that is written meanwhile would refer to no run."""
    return JobRun.objects.open().filter(owner__in=owners)

"""Rows as people name them on the command line."""

from uuid import UUID

from django.core.management.base import CommandError

from jobs.models import ScheduledJob


def find_job(name: str) -> ScheduledJob:
    """The scheduled job of that name or id; CommandError where there is none."""
    job: ScheduledJob | None = ScheduledJob.objects.filter(name=name).first()
    if job is None:
        try:
            job = ScheduledJob.objects.filter(uuid=UUID(name)).first()
        except ValueError:
            job = None
    if job is None:
        raise CommandError(f"There is no scheduled job “{name}”. Give its name or its id.")
    return job

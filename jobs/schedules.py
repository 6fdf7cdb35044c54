"""Making and changing scheduled jobs: the one way in for forms, API, command line and sample data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jobs.models import ScheduledJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a job is due: by a cron expression, every so many days, hours, minutes or seconds, or once."""

    cron_expression: str = ""
    timezone: str = "UTC"
    every: int = 0
    period: str = ""
    at: datetime | None = None
    start_time: datetime | None = None

    def apply(self, job: ScheduledJob) -> None:
        """Set the job's schedule; raise InvalidSchedule where it never fires."""
        job.start_time = self.start_time
        if self.cron_expression:
            job.set_cron(self.cron_expression, self.timezone)
        elif self.at:
            job.set_once(self.at)
        else:
            job.set_interval(self.every, self.period)


@transaction.atomic
def put_job(name: str, *, schedule: Schedule, **fields: Any) -> ScheduledJob:
    """Create the job of that name, or change it to these fields.

    Raises:
        InvalidSchedule: the schedule never fires.
        ValidationError: with sentences by field; see `ScheduledJob.clean`.
    """
    job = ScheduledJob.objects.filter(name=name).first() or ScheduledJob(name=name)
    for field, value in fields.items():
        setattr(job, field, value)
    schedule.apply(job)
    job.full_clean(exclude={"task", "args", "kwargs", "headers"})
    job.save()
    return job

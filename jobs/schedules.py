"""Making and changing scheduled jobs: the one way in for forms, API, command line and sample data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from jobs.models import Pause, ScheduledJob

NAME_LENGTH = 200
SETTABLE = frozenset(
    {"name", "job_type", "owner", "subject", "options", "enabled", "description"}
    | {"timeout_seconds", "kill_after_seconds", "max_attempts", "backoff_seconds"}
    | {"overlap", "catch_up", "misfire_grace_seconds", "jitter_seconds", "blackout", "queue", "priority"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a job is due: by a cron expression, every so many days, hours, minutes or seconds, or once."""

    cron_expression: str = ""
    timezone: str = "UTC"
    every: int = 0
    period: str = ""
    at: datetime | None = None
    start_time: datetime | None = None  # no tick before it
    expires: datetime | None = None  # no tick from it on

    @classmethod
    def of(cls, job: ScheduledJob) -> "Schedule":
        """The job's schedule as it is now."""
        return cls(
            cron_expression=job.cron_expression,
            timezone=job.time_zone,
            every=job.interval.every if job.interval else 0,
            period=job.interval.period if job.interval else "",
            at=job.clocked.clocked_time if job.clocked else None,
            start_time=job.start_time,
            expires=job.expires,
        )

    def apply(self, job: ScheduledJob) -> None:
        """Set the job's schedule; raise InvalidSchedule where it never fires."""
        job.start_time, job.expires = self.start_time, self.expires
        if self.cron_expression:
            job.set_cron(self.cron_expression, self.timezone)
        elif self.at:
            job.set_once(self.at)
        else:
            job.set_interval(self.every, self.period)


def own_name(name: str, owner: Any) -> str:
    """A name for a job of that owner where the one that was asked for is a stranger's job's.

    Names are unique over all owners. The owner's name is added, so that nobody is kept from calling a job “Daily”,
    and nobody learns of the stranger's.
    """
    return free_name(f"{name[: NAME_LENGTH // 2]} ({str(owner)[: NAME_LENGTH // 2 - 10]})" if owner else name)


def free_name(name: str) -> str:
    """The name, with a number where it is taken."""
    taken = set(ScheduledJob.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def change_job(job: ScheduledJob, *, schedule: Schedule | None = None, **fields: Any) -> ScheduledJob:
    """Set these fields of the job, and its schedule where one is given, and save it. Raises as `put_job` does."""
    unknown = sorted(set(fields) - SETTABLE)
    if unknown:
        raise ValidationError({unknown[0]: f"There is no such field. There are: {', '.join(sorted(SETTABLE))}."})
    for field, value in fields.items():
        setattr(job, field, value)
    if schedule is not None:
        schedule.apply(job)
    with transaction.atomic():
        job.full_clean(exclude={"task", "args", "kwargs", "headers"})
        job.save()
    return job


@transaction.atomic
def put_job(name: str, *, schedule: Schedule, **fields: Any) -> ScheduledJob:
    """Create the job of that name, or change it to these fields.

    Raises:
        InvalidSchedule: the schedule never fires.
        ValidationError: with sentences by field; see `ScheduledJob.clean`.
    """
    job = ScheduledJob.objects.filter(name=name).first() or ScheduledJob(name=name)
    return change_job(job, schedule=schedule, **fields)


def switch(job: ScheduledJob, *, on: bool) -> None:
    """Let the job's schedule start runs, or not. Open runs go on, and the job can be triggered."""
    job.enabled = on
    job.save()


def pause_all(by: str, reason: str = "") -> Pause:
    """Let no schedule start a run until `resume_all`: each tick that is due meanwhile is skipped and says why.

    Runs that are open go on, and jobs can be triggered. Where all are paused already, nothing changes.
    """
    return Pause.objects.get_or_create(pk=1, defaults={"by": by, "reason": reason})[0]


def resume_all() -> None:
    Pause.objects.all().delete()

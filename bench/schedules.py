"""Many scheduled jobs: rows that our scheduler reads as scheduled jobs and the stock one as periodic tasks."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTasks

from bench.work import Nothing
from jobs.cron import zone
from jobs.models import JobRun, ScheduledJob
from jobs.models.scheduled_job import TICK_TASK

ZONES = ("UTC", "Europe/Zurich", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo", "Africa/Nairobi")
AT_ONCE = 500  # rows of one statement, within SQLite's limit of parameters


def fill(number: int) -> None:
    """Add hourly schedules until there are so many; none of them is due within the next half hour."""
    at, crontabs = hourly()
    first = ScheduledJob.objects.count()
    for start in range(first, number, AT_ONCE):
        _add([_job(place, crontabs[place % len(crontabs)], at) for place in range(start, min(start + AT_ONCE, number))])
    PeriodicTasks.update_changed()  # type: ignore[no-untyped-call]


def hourly() -> tuple[datetime, list[CrontabSchedule]]:
    """Half an hour from now, and schedules of every hour at that minute, one for each time zone.

    Daily ones would not do: of those whose hour is not near, the stock scheduler loads none.
    """
    at = datetime.now(UTC) + timedelta(minutes=30)
    at = at.replace(second=0, microsecond=0)
    return at, [CrontabSchedule.objects.create(minute=str(at.minute), timezone=name) for name in ZONES]


def daily(at: datetime) -> list[CrontabSchedule]:
    """Schedules of every day at that minute, each in the wall clock of another time zone."""
    local = [(name, at.astimezone(zone(name))) for name in ZONES]
    return [
        CrontabSchedule.objects.create(minute=str(clock.minute), hour=str(clock.hour), timezone=name)
        for name, clock in local
    ]


def _job(place: int, crontab: CrontabSchedule, at: datetime) -> ScheduledJob:
    uuid = uuid4()
    return ScheduledJob(
        name=f"Schedule {place}",
        task=TICK_TASK,
        args=json.dumps([str(uuid)]),
        uuid=uuid,
        crontab=crontab,
        next_run_at=at,
        job_type=Nothing.name,
    )


def _add(jobs: list[ScheduledJob]) -> None:
    """Django does not insert rows of two tables in bulk, so each table gets its own statement."""
    parents = ScheduledJob._meta.get_parent_list()[0]
    shared = [field for field in parents._meta.local_concrete_fields if not field.primary_key]
    with transaction.atomic():
        rows = [parents(**{field.attname: getattr(job, field.attname) for field in shared}) for job in jobs]
        for job, row in zip(jobs, parents._default_manager.bulk_create(rows), strict=True):
            job.pk = job.periodictask_ptr_id = row.pk
        manager: Any = ScheduledJob._base_manager
        manager._insert(jobs, fields=ScheduledJob._meta.local_concrete_fields, using="default")


def due_at(moment: datetime, share: float) -> int:
    """Let that share of all schedules be due daily at that moment; returns how many these are."""
    number = round(ScheduledJob.objects.count() * share)
    crontabs = daily(moment)
    keys = list(ScheduledJob.objects.order_by("pk").values_list("pk", flat=True)[:number])
    step = -(-number // len(crontabs))
    for place, crontab in enumerate(crontabs):
        chosen = keys[place * step : (place + 1) * step]
        for start in range(0, len(chosen), AT_ONCE):
            rows = ScheduledJob.objects.filter(pk__in=chosen[start : start + AT_ONCE])
            rows.update(crontab=crontab, next_run_at=moment, last_run_at=None)
    PeriodicTasks.update_changed()  # type: ignore[no-untyped-call]
    return number


def rest() -> None:
    """Nothing is due any more, and no run is left."""
    at, crontabs = hourly()
    ScheduledJob.objects.update(crontab=crontabs[0], next_run_at=at, last_run_at=None)
    with connection.cursor() as cursor:
        for table in ("jobs_runevent", JobRun._meta.db_table):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  our own names

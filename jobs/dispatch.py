"""From schedules to runs: beat asks what is due, people trigger by hand; both end in a pending run and a message."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.errors import InvalidSchedule
from jobs.job_type import parse_options
from jobs.models import JobRun, RunEvent, ScheduledJob
from jobs.queueing import publish
from jobs.status import RunStatus, Trigger

MOST_MISSED_ROWS = 10  # more missed ticks than this are summed up in one row
MOST_MISSED_COUNTED = 10_000
BY_BEAT = "beat"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Triggered:
    """The run that a trigger led to; `created` is False where an open run of the job was found instead."""

    run: JobRun
    created: bool


def trigger(job: ScheduledJob, user: Any = None, *, options: dict[str, Any] | None = None) -> Triggered:
    """Run the job now, whether it is active or not. A job that has an open run gets no second one."""
    with transaction.atomic():
        # The lock makes a trigger and a tick of the same job wait for each other.
        ScheduledJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
        open_run = job.runs.open().first()
        if open_run is not None:
            return Triggered(open_run, created=False)
        run = JobRun.of(job, Trigger.MANUAL, triggered_by=user)
        run.options = job.options if options is None else options
        _start(run, user)
    return Triggered(run, created=True)


def run_once(job_type: str, subject: Any, options: dict[str, Any] | None = None, user: Any = None) -> Triggered:
    """Run a job type for a subject now, without a scheduled job. An open run of the two is returned, not doubled.

    Raises:
        UnknownName, InvalidOptions: as `parse_options` does.
    """
    parsed = parse_options(job_type, options or {}).model_dump(mode="json", by_alias=True, exclude_unset=True)
    with transaction.atomic():
        # The lock makes two such calls wait for each other, and rows that refer to the subject wait for neither.
        type(subject)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
        open_run = JobRun.objects.open().filter(job_type=job_type, subject=subject).order_by("created_at").first()
        if open_run is not None:
            return Triggered(open_run, created=False)
        run = JobRun.without_job(job_type, subject, parsed, triggered_by=user)
        _start(run, user)
    return Triggered(run, created=True)


def _start(run: JobRun, user: Any) -> None:
    run.save(force_insert=True)
    run.first_event(by=str(user or "command line")).save()
    transaction.on_commit(lambda: publish([run]))


def retry(run: JobRun, by: str) -> None:
    """Run a run that ended badly once more; it does only what is missing. Raises as `JobRun.reopen` does."""
    with transaction.atomic():
        run.reopen(by)
        transaction.on_commit(lambda: publish([run]))


def dispatch_due(now: datetime) -> list[JobRun]:
    """Write the runs of all ticks that are due, a batch a transaction, and publish them. Returns the pending ones."""
    dispatched: list[JobRun] = []
    while True:
        with transaction.atomic():
            jobs = list(
                ScheduledJob.objects.due(now)
                .select_related("crontab", "interval", "clocked")
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("next_run_at")[: settings.SCHEDULER_BATCH]
            )
            pending = _write_ticks(jobs, now)
        publish(pending)
        dispatched += pending
        if len(jobs) < settings.SCHEDULER_BATCH:
            return dispatched


def _write_ticks(jobs: list[ScheduledJob], now: datetime) -> list[JobRun]:
    """One row for each due tick and the next moment of each job, in three statements."""
    ticks = {job.pk: _due_ticks(job, now) for job in jobs}
    known = set(
        JobRun.objects.filter(
            scheduled_job__in=jobs, scheduled_for__in={moment for due in ticks.values() for moment in due}
        ).values_list("scheduled_job_id", "scheduled_for")
    )
    busy = set(JobRun.objects.open().filter(scheduled_job__in=jobs).values_list("scheduled_job_id", flat=True))
    runs = [run for job in jobs for run in _runs(job, ticks[job.pk], job.pk in busy) if _key(run) not in known]
    JobRun.objects.bulk_create(runs)
    RunEvent.objects.bulk_create(run.first_event(by=BY_BEAT) for run in runs)
    _move_on(jobs, now)
    return [run for run in runs if run.status == RunStatus.PENDING]


def _key(run: JobRun) -> tuple[int | None, datetime | None]:
    return run.scheduled_job_id, run.scheduled_for


def _due_ticks(job: ScheduledJob, now: datetime) -> list[datetime]:
    due: list[datetime] = []
    if job.next_run_at is None:
        return due
    try:
        for moment in islice(job.ticks(job.next_run_at - timedelta(microseconds=1)), MOST_MISSED_COUNTED):
            if moment > now:
                break
            due.append(moment)
    except InvalidSchedule as error:
        logger.error("%s does not run: %s", job, error, extra={"action": "schedule_invalid", "job": str(job.uuid)})
    return due


def _runs(job: ScheduledJob, due: list[datetime], is_busy: bool) -> Iterable[JobRun]:
    """The latest due tick runs, unless a run is open; those before it, missed while no beat ran, are noted."""
    if not due:
        return
    *missed, latest = due
    if len(missed) > MOST_MISSED_ROWS:
        span = f"{len(missed)} ticks up to {missed[-1]:%Y-%m-%d %H:%M} UTC"
        yield _skipped(job, missed[0], f"{span} were missed: no scheduler ran.")
    else:
        for moment in missed:
            yield _skipped(job, moment, "Missed: no scheduler ran at that time. The latest tick runs in its place.")
    if is_busy:
        yield _skipped(job, latest, "The run before it is still open.")
    else:
        yield JobRun.of(job, Trigger.SCHEDULE, scheduled_for=latest)


def _skipped(job: ScheduledJob, moment: datetime, reason: str) -> JobRun:
    return JobRun.of(
        job,
        Trigger.SCHEDULE,
        scheduled_for=moment,
        status=RunStatus.SKIPPED,
        reason=reason,
        finished_at=timezone.now(),
    )


def _move_on(jobs: list[ScheduledJob], now: datetime) -> None:
    finished = [job for job in jobs if job.one_off]
    for job in finished:
        job.enabled = False
    for job in jobs:
        job.next_run_at = job.tick_after(now)
    ScheduledJob.objects.bulk_update(jobs, ["next_run_at"])
    ScheduledJob.objects.filter(pk__in=[job.pk for job in finished]).update(enabled=False)

"""From schedules to runs: beat asks what is due, people trigger by hand; both end in a pending run and a message."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from jobs.errors import AnotherRunIsOpen, NothingToRunAgain
from jobs.job_type import job_types, parse_options, permitted_options
from jobs.models import JobRun, Pause, ScheduledJob
from jobs.policies import Overlap
from jobs.queueing import publish
from jobs.status import Trigger
from jobs.ticks import make_room, write_ticks

PUBLISH_EVERY = 1.0  # seconds, while batches are being written


@dataclass(frozen=True, slots=True)
class Triggered:
    """The run that a trigger led to; `created` is False where an open run of the job was found instead."""

    run: JobRun
    created: bool


def trigger(job: ScheduledJob, user: Any = None, *, options: dict[str, Any] | None = None) -> Triggered:
    """Run the job now, whether it is active or not, as its overlap policy says.

    By default a job that has an open run gets no second one: the open one is returned.
    """
    with transaction.atomic():
        # The lock makes a trigger and a tick of the same job wait for each other.
        ScheduledJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
        open_run = job.runs.open().first()
        if open_run is not None and job.overlap == Overlap.SKIP:
            return Triggered(open_run, created=False)
        make_room([job], by=str(user or "command line"))
        run = JobRun.of(job, Trigger.MANUAL, triggered_by_id=user.pk if user else None)
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
        about = {"name": run_name(job_type, subject), "owner": subject.owner, "subject": subject}
        run = JobRun.without_job(job_type, parsed, triggered_by=user, **about)
        _start(run, user)
    return Triggered(run, created=True)


def run_name(job_type: str, about: Any) -> str:
    return f"{job_types.get(job_type).label}: {about}"


def run_for_owner(
    job_type: str,
    owner: Any,
    options: dict[str, Any],
    user: Any = None,
    *,
    name: str,
    once: bool = False,
    **fields: Any,
) -> Triggered:
    """Run a job type for an owner now, about no subject and without a scheduled job.

    Each call makes a run; with `once`, an open run of the two with the same options is returned, not doubled.

    Raises:
        UnknownName, InvalidOptions: as `permitted_options` does.
    """
    parsed = parse_options(job_type, options).model_dump(mode="json", by_alias=True, exclude_unset=True)
    with transaction.atomic():
        if once and owner is not None:
            type(owner)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
            same = JobRun.objects.open().filter(job_type=job_type, owner=owner, subject=None, scheduled_job=None)
            for open_run in same.order_by("created_at"):
                if open_run.options == parsed:
                    return Triggered(open_run, created=False)
        run = JobRun.without_job(job_type, parsed, name=name, owner=owner, triggered_by=user, **fields)
        _start(run, user)
    return Triggered(run, created=True)


def can_run_again(run: JobRun) -> bool:
    """Whether what a new run of its kind would be about is there still."""
    if run.scheduled_job_id is not None or run.subject_id is not None:
        return True
    return run.job_type in job_types and not job_types.get(run.job_type).needs_subject


def run_again(run: JobRun, user: Any = None, *, options: dict[str, Any] | None = None) -> Triggered:
    """A new run of the same kind as one of the past, with its options or these, under the job's policies of today.

    Raises:
        NothingToRunAgain: neither its job nor its subject is there any more.
        UnknownName, InvalidOptions: as `parse_options` does.
    """
    options = run.options if options is None else options
    job = run.scheduled_job
    if job is not None and job.job_type == run.job_type:
        return trigger(job, user, options=options)
    if not can_run_again(run):
        raise NothingToRunAgain
    if run.subject is None:
        return run_for_owner(run.job_type, run.owner, options, user, name=run.job_name, once=True)
    return run_once(run.job_type, run.subject, options, user)


def _start(run: JobRun, user: Any) -> None:
    if run.job_type in job_types:  # one that is gone makes a run that says so
        permitted_options(run.job_type, run.options, run.owner_id)
    run.save(force_insert=True)
    run.first_event(by=str(user or "command line")).save()
    transaction.on_commit(lambda: publish([run]))


def retry(run: JobRun, by: str) -> None:
    """Run a run that ended badly once more; it does only what is missing.

    Raises:
        AnotherRunIsOpen: the job runs one at a time, and another of its runs is open.
        InvalidTransition, StaleRun: as `JobRun.reopen` does.
    """
    try:
        with transaction.atomic():
            run.reopen(by)
            transaction.on_commit(lambda: publish([run]))
    except IntegrityError:  # the unique key "one open run a job"; a look before would be a race
        raise AnotherRunIsOpen from None


def dispatch_due(now: datetime) -> list[JobRun]:
    """Write the runs of all ticks that are due, a batch a transaction, and publish them. Returns the pending ones."""
    runs = list(chain.from_iterable(_batches(now)))
    publish(runs)
    return runs


def dispatch_all(now: datetime) -> None:
    """As `dispatch_due`, in beat: no run is kept in memory, and where much is due, its rows are written first.

    A batch a second is published on the way, so that workers have something to do. `jobs.recovery.publish_unsent`
    finds the others in the database.

    A second thread takes batches too: the database works for one while Python works for the other. SQLite lets one
    write at a time.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="dispatch") as pool:
        helper = None
        published = -math.inf
        for place, pending in enumerate(_batches(now)):
            if time.monotonic() - published >= PUBLISH_EVERY:
                publish(pending)
                published = time.monotonic()
            if place == 1 and connection.features.has_select_for_update_skip_locked:
                helper = pool.submit(_help, now)
        if helper is not None:
            helper.result()


def _help(now: datetime) -> None:
    try:
        for _ in _batches(now):
            pass
    finally:
        connection.close()


def _batches(now: datetime) -> Iterator[list[JobRun]]:
    while True:
        with transaction.atomic():
            jobs = list(
                ScheduledJob.objects.due(now)
                .prefetch_related("crontab", "interval", "clocked")  # few, which many jobs share
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("next_run_at")[: settings.SCHEDULER_BATCH]
            )
            pending = write_ticks(jobs, now, Pause.current()) if jobs else []
        yield pending
        if len(jobs) < settings.SCHEDULER_BATCH:
            return

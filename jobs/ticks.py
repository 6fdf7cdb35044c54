"""What becomes of the ticks that are due: each leaves a row, one that runs or one that says why it does not."""

import logging
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, takewhile

from jobs import clock
from jobs.errors import InvalidSchedule, StaleRun
from jobs.models import JobRun, Pause, ScheduledJob
from jobs.models.bulk import insert
from jobs.policies import WAITS_ITS_TURN, CatchUp, Overlap
from jobs.status import RunStatus, Trigger

ON_TIME = timedelta(seconds=60)  # a tick that is later than this was missed
MOST_ROWS = 1_000  # ticks of one job that get rows of their own at once; those before them are summed up
MOST_COUNTED = 10_000
MOST_WAITING = 100  # runs of one job that may wait for their turn
MOMENT = timedelta(microseconds=1)
BY_BEAT = "beat"
Key = tuple[int | None, datetime | None]  # of a tick: the job and the moment
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Due:
    """The ticks of a job up to now: those beyond the grace, those within it, and the first one that is to come."""

    lapsed: list[datetime] = field(default_factory=list)
    recent: list[datetime] = field(default_factory=list)
    upcoming: datetime | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What the decisions about a batch of jobs depend on."""

    moment: datetime
    pause: Pause | None
    waiting: Counter[int | None]  # open runs by job


def write_ticks(jobs: list[ScheduledJob], now: datetime, pause: Pause | None) -> list[JobRun]:
    """Write a row for each due tick and the next moment of each job. Returns the runs to publish now.

    The number of statements depends on how many next moments there are, but not on the number of jobs, except for
    those that cancel a run of their own.
    """
    due = {job.pk: due_ticks(job, now) for job in jobs}
    known = _known(due)
    # Not `open()`: by status, SQLite would read the open runs of all jobs for each batch.
    unfinished = JobRun.objects.filter(scheduled_job__in=list(due), finished_at=None).order_by()
    open_runs = unfinished.values_list("scheduled_job_id", flat=True)
    busy: set[int | None] = set(open_runs)
    at = Now(now, pause, Counter(open_runs))
    runs = [run for job in jobs for run in _runs(job, due[job.pk], at) if _key(run) not in known]
    starting = {run.scheduled_job_id for run in runs if run.status == RunStatus.PENDING}
    make_room([job for job in jobs if job.pk in busy & starting], by=BY_BEAT)
    insert(runs)
    insert([run.first_event(by=BY_BEAT) for run in runs])
    _move_on(jobs, due)
    return list(_to_publish(runs, busy, now))


def _known(due: dict[int, Due]) -> set[Key]:
    """The ticks among these that have a row already, for whatever reason."""
    found = [tick for each in due.values() for tick in (*each.lapsed[:1], *each.recent)]
    if not found:
        return set()
    rows = JobRun.objects.filter(scheduled_job__in=list(due), scheduled_for__range=(min(found), max(found))).order_by()
    return set(rows.values_list("scheduled_job_id", "scheduled_for"))


def make_room(jobs: list[ScheduledJob], by: str) -> None:
    """Cancel the open runs of the jobs whose policy is that the new run takes their place."""
    for job in jobs:
        if job.overlap != Overlap.CANCEL_RUNNING:
            continue
        for run in job.runs.open():
            # It ended or was claimed in this very moment. In either case the new run waits for it.
            with suppress(StaleRun):
                run.cancel(by=by, reason="A newer run of the job takes its place.")


def due_ticks(job: ScheduledJob, now: datetime) -> Due:
    if job.next_run_at is None:
        return Due()
    grace = timedelta(seconds=job.misfire_grace_seconds)
    try:
        return _due_ticks(job, job.next_run_at - MOMENT, now - grace - MOMENT, now)
    except InvalidSchedule as error:
        logger.error("%s does not run: %s", job, error, extra={"action": "schedule_invalid", "job": str(job.uuid)})
        return Due()


def _due_ticks(job: ScheduledJob, start: datetime, horizon: datetime, now: datetime) -> Due:
    due = Due()
    recent: deque[datetime] = deque(maxlen=MOST_ROWS)
    for tick in job.ticks(max(start, horizon)):
        if tick > now:
            due.upcoming = tick
            break
        recent.append(tick)
    due.recent = list(recent)
    if not recent or recent[0] != job.next_run_at:
        end = recent[0] if recent else now
        due.lapsed = list(islice(takewhile(lambda tick: tick < end, job.ticks(start)), MOST_COUNTED + 1))
    return due


def _key(run: JobRun) -> Key:
    return run.scheduled_job_id, run.scheduled_for


def _to_publish(runs: list[JobRun], busy: set[int | None], now: datetime) -> Iterator[JobRun]:
    """Those that may start at once; the others get their message when their moment or their turn has come."""
    for run in runs:
        if run.status != RunStatus.PENDING or run.available_at > now:
            continue
        if run.overlap in WAITS_ITS_TURN:
            if run.scheduled_job_id in busy:
                continue
            busy.add(run.scheduled_job_id)
        yield run


def _runs(job: ScheduledJob, due: Due, at: Now) -> Iterator[JobRun]:
    if due.lapsed:
        yield _skipped(job, due.lapsed[0], _lapsed_in_words(due.lapsed))
    made_up = _made_up(job, due.recent, at.moment)
    for place, tick in enumerate(due.recent):
        reason = _obstacle(job, tick, at) if tick in made_up else _missed_in_words(job)
        if reason:
            yield _skipped(job, tick, reason)
            continue
        at.waiting[job.pk] += 1
        yield JobRun.of(
            job,
            Trigger.SCHEDULE,
            scheduled_for=tick,
            available_at=tick + job.jitter,
            created_at=clock.now() + place * MOMENT,  # runs that wait for each other do so in the order of ticks
        )


def _made_up(job: ScheduledJob, recent: list[datetime], now: datetime) -> Iterable[datetime]:
    """Which of the ticks within the grace run."""
    if job.catch_up == CatchUp.ALL:
        return set(recent)
    return {tick for tick in recent[-1:] if job.catch_up == CatchUp.LATEST or now - tick <= ON_TIME}


def _obstacle(job: ScheduledJob, tick: datetime, at: Now) -> str:
    """Why the tick does not run; "" where it does."""
    if at.pause:
        return str(at.pause)
    window = job.blackout_at(tick)
    if window:
        return f"It is inside the blackout window {window} ({job.time_zone})."
    waiting = at.waiting[job.pk]
    if job.overlap == Overlap.SKIP and waiting:
        return "The run before it is still open."
    if job.overlap in (Overlap.QUEUE, Overlap.ALLOW) and waiting >= MOST_WAITING:
        return f"{waiting} runs of this job are open already."
    return ""


def _missed_in_words(job: ScheduledJob) -> str:
    then = "The latest tick runs in its place." if job.catch_up == CatchUp.LATEST else "Missed ticks are not made up."
    return f"Missed: no scheduler ran at that time. {then}"


def _lapsed_in_words(lapsed: list[datetime]) -> str:
    if len(lapsed) == 1:
        return "Missed: no scheduler ran at that time, and its grace is over."
    many = f"{len(lapsed)}" if len(lapsed) <= MOST_COUNTED else f"More than {MOST_COUNTED}"
    span = f"{many} ticks from {lapsed[0]:%Y-%m-%d %H:%M} up to {lapsed[-1]:%Y-%m-%d %H:%M} UTC"
    return f"{span} were missed: no scheduler ran, and their grace is over."


def _skipped(job: ScheduledJob, tick: datetime, reason: str) -> JobRun:
    return JobRun.of(
        job,
        Trigger.SCHEDULE,
        scheduled_for=tick,
        status=RunStatus.SKIPPED,
        reason=reason,
        finished_at=clock.now(),
    )


def _move_on(jobs: list[ScheduledJob], due: dict[int, Due]) -> None:
    finished = [job for job in jobs if job.one_off]
    to_come: dict[datetime | None, list[int]] = defaultdict(list)
    for job in jobs:
        job.next_run_at = None if job.one_off else due[job.pk].upcoming
        to_come[job.next_run_at].append(job.pk)
    for moment, keys in to_come.items():
        ScheduledJob.objects.filter(pk__in=keys).update(next_run_at=moment)
    ScheduledJob.objects.filter(pk__in=[job.pk for job in finished]).update(enabled=False)

"""What a scheduled job will do, said before it is saved: its next runs, clock changes, and what stands in the way."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from jobs.admin.forms import ScheduledJobForm
from jobs.admin.labels import absolute, length, relative
from jobs.admin.options_form import PREFIX
from jobs.admin.schedule_form import SCHEDULE_FIELDS
from jobs.alarms import Watch
from jobs.errors import InvalidSchedule
from jobs.forecast import Forecast, forecast, obstacles_of
from jobs.models import ScheduledJob

COUNT = 5


@dataclass(frozen=True, slots=True)
class Moment:
    absolute: str
    offset: str
    relative: str
    iso: str


@dataclass(frozen=True, slots=True)
class Preview:
    words: str = ""
    zone: str = ""
    moments: list[Moment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    cost: Forecast | None = None
    problems: list[str] = field(default_factory=list)


def of_form(form: ScheduledJobForm) -> Preview:
    """What the form would lead to, as far as it is filled in."""
    problems = [str(sentence) for name in SCHEDULE_FIELDS for sentence in form.errors.get(name, [])]
    if problems:
        return Preview(problems=problems)
    is_wrong = any(name.startswith(PREFIX) for name in form.errors)
    return of_job(form.instance, is_wrong=is_wrong)


def of_job(job: ScheduledJob, *, is_wrong: bool = False) -> Preview:
    """`is_wrong` says that its options are: then only the schedule can be previewed."""
    in_the_way = [] if is_wrong else obstacles_of(job)
    try:
        moments = job.preview(COUNT)
    except InvalidSchedule as error:
        return Preview(problems=[str(error)], obstacles=in_the_way)
    in_the_way = [*in_the_way, *Watch().of_job(job)]
    return Preview(
        words=job.schedule_in_words,
        zone=job.time_zone,
        moments=[_moment(moment) for moment in moments],
        remarks=_remarks(job, moments),
        obstacles=in_the_way,
        cost=None if is_wrong else forecast(job),
    )


def _moment(moment: datetime) -> Moment:
    return Moment(absolute(moment), _offset(moment.utcoffset()), relative(moment), moment.isoformat())


def _offset(span: timedelta | None) -> str:
    minutes = int((span or timedelta()).total_seconds() // 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _remarks(job: ScheduledJob, moments: list[datetime]) -> list[str]:
    if not moments:
        return ["It has no moment left at which it would run."]
    remarks = [] if job.enabled else ["It is not active: these are the moments at which it would run."]
    remarks += _policy_remarks(job, moments)
    for before, after in zip([timezone.now().astimezone(moments[0].tzinfo), *moments], moments, strict=False):
        if before.utcoffset() != after.utcoffset():
            remarks.append(_clock_change(before, after, job.time_zone))
    return remarks


def _policy_remarks(job: ScheduledJob, moments: list[datetime]) -> list[str]:
    remarks = []
    if job.jitter:
        remarks.append(f"Each run starts {length(job.jitter)} after its moment: that is this job's jitter.")
    for moment in moments:
        window = job.blackout_at(moment)
        if window:
            remarks.append(f"{absolute(moment)} is inside the blackout window {window}, so nothing runs then.")
    return remarks


def _clock_change(before: datetime, after: datetime, zone: str) -> str:
    low, high = before.astimezone(UTC), after.astimezone(UTC)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(before.tzinfo).utcoffset() == before.utcoffset():
            low = middle
        else:
            high = middle
    day = high.astimezone(before.tzinfo)
    change = f"from {_offset(before.utcoffset())} to {_offset(after.utcoffset())}"
    return f"Clocks in {zone} change on {day:%a} {day.day} {day:%b %Y}, {change}."

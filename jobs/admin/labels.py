"""How a status, a moment and a length of time look, on every page the same."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs import clock, cron
from jobs.job_type import job_types
from jobs.models import ScheduledJob, Worker
from jobs.status import OPEN, RunStatus

NOTHING = "–"
STATE_TONES = {
    Worker.State.ONLINE: "completed",
    Worker.State.STALE: "partial",
    Worker.State.OFFLINE: "failed",
}
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def status_label(status: str, href: str = "", *, is_past: bool = False) -> SafeString:
    """The status as a coloured label. `data-open` tells the page that it still changes, if it is not of the past."""
    words = dict(RunStatus.choices).get(status, status).lower()
    mark = SafeString(" data-open") if status in OPEN and not is_past else ""
    if href:
        return format_html('<a href="{}" class="job-label job-label--{}"{}>{}</a>', href, status, mark, words)
    return format_html('<span class="job-label job-label--{}"{}>{}</span>', status, mark, words)


def state_label(state: str) -> SafeString:
    return format_html('<span class="job-label job-label--{}">{}</span>', STATE_TONES[Worker.State(state)], state)


def length(span: timedelta | None) -> str:
    """A length of time in its largest unit and the one below it: "2 h 5 min", "1 d", "850 ms"."""
    if span is None:
        return NOTHING
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    largest = next(place for place, (_, size) in enumerate(UNITS) if seconds >= size)
    parts, left = [], int(seconds)
    for unit, size in UNITS[largest : largest + 2]:
        count, left = divmod(left, size)
        parts.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, parts))


def relative(moment: datetime, now: datetime | None = None) -> str:
    """ "in 3 h 12 min", "5 min ago" or "now"."""
    distance = moment - (now or clock.now())
    if abs(distance) < timedelta(seconds=1):
        return "now"
    return f"in {length(distance)}" if distance > timedelta(0) else f"{length(-distance)} ago"


def absolute(moment: datetime) -> str:
    """In the zone that the moment carries: "Tue 24 Nov, 09:00", with the year where it is not this one."""
    year = "" if moment.year == clock.now().astimezone(moment.tzinfo).year else f" {moment.year}"
    return f"{moment:%a} {moment.day} {moment:%b}{year}, {moment:%H:%M}"


def moment_cell(moment: datetime | None, zone: str = "", *, is_due: bool = False) -> SafeString | str:
    """Both ways to say when, below each other, and the zone; `is_due` marks what should have happened by now."""
    if moment is None:
        return NOTHING
    return format_html(
        '<time class="job-moment{}" datetime="{}">{}{}<small>{}</small>{}</time>',
        " job-overdue" if is_due else "",
        moment.isoformat(),
        "due " if is_due else "",
        relative(moment),
        absolute(moment),
        format_html("<small>{}</small>", zone) if zone else "",
    )


def next_run(job: ScheduledJob) -> SafeString | str:
    """When the job is due, in its schedule's own time zone."""
    if job.next_run_at is None:
        return "No moment left" if job.enabled else "Off"
    zone = job.time_zone if job.crontab_id else timezone.get_default_timezone_name()
    return moment_cell(job.next_run_at.astimezone(cron.zone(zone)), zone, is_due=job.next_run_at <= clock.now())


def site_moment(moment: datetime | None) -> SafeString | str:
    return moment_cell(timezone.localtime(moment)) if moment else NOTHING


def type_label(name: str) -> str:
    return job_types.get(name).label if name in job_types else name


def field_title(model: type[Model], field: str) -> str:
    """What the engine calls owner and subject is called Customer and Brand, or whatever the settings name."""
    related: Any = model._meta.get_field(field).related_model
    return str(related._meta.verbose_name).capitalize()


def page_of(instance: Model, page: str = "change") -> str:
    """The address of the instance's page in the admin; "" where it has none."""
    meta = instance._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[instance.pk])
    except NoReverseMatch:
        return ""

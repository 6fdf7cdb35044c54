"""A service's numeric fields over time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from jobs.admin.base import JobsAdmin
from jobs.admin.labels import absolute, page_of
from jobs.admin.service_labels import health_label
from jobs.models import Service
from jobs.records import numbers
from jobs.thresholds import Threshold

PERIODS = {"1": "24 hours", "7": "7 days", "30": "30 days", "365": "a year"}
DEFAULT_PERIOD = "30"
MOST_RECORDS = 5_000  # the newest of them are drawn
MOST_CHARTS = 24
MOST_POINTS = 300  # of a chart; more are put together as means
HEIGHT = 40.0

Series = list[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A line in a box of 100 by 40, the newest value at its right end."""

    field: str
    points: str
    last: str
    least: str
    most: str
    words: str
    lines: list[tuple[str, str]]  # of the thresholds: height and words
    is_crossed: bool


def charts_view(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    service = model_admin.get_object(request, object_id)
    if service is None:
        return model_admin.gone(request, object_id)
    period = request.GET.get("period", DEFAULT_PERIOD)
    period = period if period in PERIODS else DEFAULT_PERIOD
    now = timezone.now()
    since = now - timedelta(days=int(period))
    records = f"{reverse('admin:jobs_servicerecord_changelist')}?service__id__exact={service.pk}"
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(service),
        "opts": model_admin.opts,
        "original": service,
        "service": service,
        "health": health_label(service.health),
        "charts": charts(service, since, now),
        "periods": [(label, f"?period={key}", key == period) for key, label in PERIODS.items()],
        "period": PERIODS[period],
        "exists": service.records.exists(),
        "records_url": records,
        "service_url": page_of(service),
        "may_sync": model_admin.has_change_permission(request, service),
    }
    return TemplateResponse(request, "admin/jobs/service/charts.html", context)


def charts(service: Service, since: datetime, until: datetime) -> list[Chart]:
    """One for each numeric field of the newest records in that time."""
    rows = service.records.filter(at__gte=since, at__lte=until).order_by("-at").values_list("at", "data")
    found: dict[str, Series] = {}
    for at, data in reversed(rows[:MOST_RECORDS]):
        for field, value in numbers(data).items():
            found.setdefault(field, []).append((at, value))
    limits = service.limits
    named = list(found.items())[:MOST_CHARTS]
    return [_chart(field, series, [t for t in limits if t.field == field], since, until) for field, series in named]


def _chart(field: str, series: Series, limits: list[Threshold], since: datetime, until: datetime) -> Chart:
    values = [value for _, value in series]
    least, most, last = min(values), max(values), values[-1]
    low, high = min([least, *(t.value for t in limits)]), max([most, *(t.value for t in limits)])

    def height(value: float) -> str:
        return f"{HEIGHT - 2 - (HEIGHT - 4) * ((value - low) / (high - low) if high > low else 0.5):.2f}"

    span = (until - since).total_seconds()
    points = [f"{100 * (at - since).total_seconds() / span:.2f},{height(value)}" for at, value in _thinned(series)]
    first, newest = (absolute(timezone.localtime(at)) for at in (series[0][0], series[-1][0]))
    return Chart(
        field=field,
        points=" ".join(points if len(points) > 1 else [f"0,{points[0].partition(',')[2]}", points[0]]),
        last=_number(last),
        least=_number(least),
        most=_number(most),
        words=f"{field}: {len(series)} records from {first} to {newest}, {_number(least)} to {_number(most)}",
        lines=[(height(t.value), str(t)) for t in limits],
        is_crossed=any(t.is_crossed(last) for t in limits),
    )


def _thinned(series: Series) -> Series:
    """At most so many points: neighbours are put together, in the middle of their time at their mean."""
    size = -(-len(series) // MOST_POINTS)
    groups = [series[start : start + size] for start in range(0, len(series), size)]
    return [(group[len(group) // 2][0], sum(value for _, value in group) / len(group)) for group in groups]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def shown(data: Any) -> str:
    """The first numbers of a record, in a line."""
    return ", ".join(f"{field} {_number(value)}" for field, value in list(numbers(data).items())[:4])

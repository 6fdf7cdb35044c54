"""What changed for a brand, week over week, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date

from brands.admin.words import percent, percent_range
from brands.change_report import Line, Period, changes, week_until
from brands.models import Brand
from brands.statistics import Estimate

COLOURS = {"up": "success", "down": "danger", "within noise": "info", "not comparable": "warning"}


@dataclass(frozen=True, slots=True)
class Row:
    collector: str
    name: str
    was: str
    now: str
    difference: str
    verdict: str
    colour: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    period: Period
    before: Period
    rows: list[Row]
    earlier: str  # addresses of the weeks beside it
    later: str


def change_page(brand: Brand, parameters: Mapping[str, str]) -> ChangePage:
    """The week that ends on the day that the address names; without one, yesterday's."""
    last = _day(parameters.get("until", "")) or timezone.localdate() - timedelta(days=1)
    period = week_until(last)
    weeks = [f"?until={last + timedelta(days=days)}" for days in (-7, 7)]
    return ChangePage(period, period.before, [_row(line) for line in changes(brand, period)], *weeks)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _row(line: Line) -> Row:
    found = line.change
    difference = "–" if found.difference is None else f"{100 * found.difference:+.0f} points".replace("-", "−")
    return Row(
        collector=line.collector or "all collectors",
        name=line.entity.name,
        was=_rate(line.was),
        now=_rate(line.now),
        difference=difference,
        verdict=found.verdict.value,
        colour=COLOURS[found.verdict.value],
        why=found.reason or f"p = {found.adjusted_p_value:.3f} after correction for all lines of this page",
    )


def _rate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return percent(estimate.value) + (f" ({percent_range(estimate.interval)})" if estimate.interval else "")

"""The page that says how the providers do, by collector and provider, over the last days."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from brands.admin.links import admin_url
from brands.admin.words import NONE, percent
from brands.health import OUTCOMES, ProviderHealth, health
from brands.models import Call
from jobs.access import Right, may_anywhere

PERIODS = {"1": "24 hours", "7": "7 days", "30": "30 days"}
DEFAULT_PERIOD = "7"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: where it starts and how much of it it takes."""

    outcome: str
    start: str
    size: str
    words: str


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day's calls, upwards; 40 is the height of the day with most."""

    x: int
    pieces: list[Piece]
    words: str


@dataclass(frozen=True, slots=True)
class Panel:
    row: ProviderHealth
    pieces: list[Piece]
    rates: list[tuple[str, str, int]]
    latency: str
    cost: str
    canaries: str
    days: list[DayBar]
    calls: str  # the address of its calls


class HealthView(UnfoldModelAdminViewMixin, TemplateView):
    title = "Provider health"
    template_name = "brands/admin/provider_health.html"

    def has_permission(self) -> bool:
        return may_anywhere(self.request.user, Right.READ)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.request.GET.get("period", DEFAULT_PERIOD)
        chosen = chosen if chosen in PERIODS else DEFAULT_PERIOD
        now = timezone.now()
        since = now - timedelta(days=int(chosen))
        # The calls that the ledger shows to the same user, and no more.
        rows = health(self.model_admin.get_queryset(self.request).filter(opened_at__gte=since))  # type: ignore[attr-defined]
        days = [timezone.localdate(since) + timedelta(days=number) for number in range(int(chosen) + 1)]
        return super().get_context_data(
            **kwargs,
            opts=Call._meta,
            panels=[_panel(row, days) for row in rows],
            events=sorted((event for row in rows for event in row.events), key=lambda event: event.day, reverse=True),
            periods=[(label, f"?period={key}", key == chosen) for key, label in PERIODS.items()],
            period=PERIODS[chosen],
            outcomes=OUTCOMES,
        )


def _panel(row: ProviderHealth, days: list[date]) -> Panel:
    right, checked = row.canaries[True], row.canaries.total()
    return Panel(
        row=row,
        pieces=_pieces(row),
        rates=[(outcome, percent(row.share(outcome)), row.outcomes[outcome]) for outcome in OUTCOMES],
        latency=f"{_seconds(row.p50)} / {_seconds(row.p95)}",
        cost=f"${row.usd:,.2f}",
        canaries=f"{right} of {checked} right" if checked else "none asked",
        days=_days(row.days, days),
        calls=admin_url("brands_call_changelist", collector=row.collector, provider=row.provider),
    )


def _pieces(row: ProviderHealth) -> list[Piece]:
    return _stacked(row.outcomes, 100 / row.asked if row.asked else 0)


def _stacked(outcomes: Counter[str], scale: float) -> list[Piece]:
    pieces, start = [], 0.0
    for outcome in OUTCOMES:
        size = scale * outcomes[outcome]
        if size:
            pieces.append(Piece(outcome, f"{start:.2f}", f"{size:.2f}", f"{outcomes[outcome]} {outcome}"))
        start += size
    return pieces


def _days(found: dict[date, Counter[str]], days: list[date]) -> list[DayBar]:
    most = max((counts.total() for counts in found.values()), default=1)
    bars = []
    for place, day in enumerate(days):
        counts = found.get(day, Counter())
        pieces = _stacked(counts, 40 / most)
        words = f"{day:%a} {day.day} {day:%b}: {', '.join(piece.words for piece in pieces) or 'no calls'}"
        bars.append(DayBar(place, pieces, words))
    return bars


def _seconds(seconds: float | None) -> str:
    return NONE if seconds is None else f"{seconds:.1f} s"

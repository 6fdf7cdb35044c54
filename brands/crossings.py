"""Which budgets go to their end, and since when: what an alert is raised for, once a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil

from django.db.models import F, QuerySet, Sum, Window
from django.utils import timezone

from brands.budgets import COST, MOST_OF_IT, Use, calls_of, uses
from brands.models import Budget, Call

ROUNDING = Decimal("0.0000005")  # SQLite adds up in floating point


@dataclass(frozen=True, slots=True)
class Crossing:
    """A budget of which 80 % or more is used. `key` is the same for as long as the budget does not renew."""

    used: Use
    at: datetime  # when the call was opened that made it 80 %; the period's first moment for a limit of nothing

    @property
    def key(self) -> str:
        return f"budget-{self.used.budget.pk}-{self.used.starts_at:%Y-%m-%d}"


def crossings(now: datetime | None = None) -> Iterator[Crossing]:
    """The active budgets of which 80 % or more is used in the period that the moment lies in, a row for each."""
    moment = now or timezone.now()
    active = Budget.objects.filter(is_active=True).select_related("customer", "brand")
    for used in uses(active, moment):
        if used.is_nearly_spent:
            yield Crossing(used, _crossed_at(used))


def _crossed_at(used: Use) -> datetime:
    """Of the limits of which so much is used, when the first one came there."""
    ways = {"calls": _by_calls, "usd": _by_dollars}
    found = (ways[kind](used) for kind, share in used.shares.items() if share >= MOST_OF_IT)
    return min((moment for moment in found if moment is not None), default=used.starts_at)


def _by_calls(used: Use) -> datetime | None:
    enough = ceil(MOST_OF_IT * (used.budget.limit_calls or 0))
    return _in_order(used).values_list("opened_at", flat=True)[enough - 1] if enough else None


def _by_dollars(used: Use) -> datetime | None:
    if not used.budget.limit_usd:
        return None
    enough = used.budget.limit_usd * Decimal(str(MOST_OF_IT)) - ROUNDING
    running = Window(Sum(COST), order_by=[F("opened_at"), F("pk")])
    over = _in_order(used).annotate(running=running).filter(running__gte=enough)
    return over.values_list("opened_at", flat=True).first()


def _in_order(used: Use) -> QuerySet[Call]:
    return calls_of(used).order_by("opened_at", "pk")

"""Budgets: how much of each is spent, and whether one more call fits in.

What counts is the ledger itself: the cost of each call, or what was reserved for it until its cost is known. So a call
that fails without being charged gives its money back by being closed, and one whose worker died keeps it until it is
settled. There is no second account that could differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from brands.costs import price
from brands.models import Brand, Budget, Call, CallStatus
from jobs.errors import JobError
from jobs.estimate import dollars

MOST_OF_IT = 0.8  # from here on it is said that the budget goes to its end
FREE = Q(status=CallStatus.FAILED, cost_usd=0)
UNKNOWN = Q(cost_usd=None, reserved_usd=0)
COST = Coalesce("cost_usd", "reserved_usd")  # what it cost, or what is reserved until that is known


class OverBudget(JobError):
    """The budget is spent."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a budget is spent or reserved in the period that a moment lies in."""

    budget: Budget
    starts_at: datetime
    renews_at: datetime
    calls: int
    usd: Decimal
    calls_without_cost: int  # nobody knows what they cost, and nothing could be reserved for them

    @property
    def shares(self) -> dict[str, float]:
        """Of each limit the part that is used; 1 for a limit of nothing."""
        found = {}
        if self.budget.limit_calls is not None:
            found["calls"] = self.calls / self.budget.limit_calls if self.budget.limit_calls else 1.0
        if self.budget.limit_usd is not None:
            found["usd"] = float(self.usd / self.budget.limit_usd) if self.budget.limit_usd else 1.0
        return found

    @property
    def share(self) -> float:
        return max(self.shares.values())

    @property
    def is_nearly_spent(self) -> bool:
        return self.share >= MOST_OF_IT

    @property
    def in_words(self) -> str:
        """How much of how much: “80 of 100 calls and $4.10 of $5.00 this month”."""
        parts = []
        if self.budget.limit_calls is not None:
            parts.append(f"{self.calls:,} of {self.budget.limit_calls:,} calls")
        if self.budget.limit_usd is not None:
            parts.append(f"{dollars(self.usd)} of {dollars(self.budget.limit_usd)}")
        when = "today" if self.budget.period == Budget.Period.DAY else "this month"
        return f"{' and '.join(parts)} {when}"

    @property
    def renewal(self) -> str:
        moment = self.renews_at
        return f"{moment:%a} {moment.day} {moment:%b %Y}, {moment:%H:%M} ({timezone.get_default_timezone_name()})"

    def refusal(self, usd: Decimal) -> str:
        """Why one more call that is expected to cost `usd` does not fit in; "" where it does."""
        limit = self.budget.limit_usd
        if self.budget.limit_calls is not None and self.calls >= self.budget.limit_calls:
            return self._sentence("")
        if limit is not None and (self.usd >= limit or self.usd + usd > limit):
            return self._sentence(f", and a call costs about {dollars(usd)}" if self.usd < limit else "")
        return ""

    def _sentence(self, why: str) -> str:
        return f"The budget of {self.budget} is spent: {self.in_words}{why}. It renews on {self.renewal}."

    @property
    def warning(self) -> str:
        return (
            f"{self.share:.0%} of the budget of {self.budget} is spent: {self.in_words}. It renews on {self.renewal}."
        )


def admit(call: Call) -> None:
    """Let the call through and reserve money for it (`call.reserved_usd`), or raise OverBudget.

    Called with a call that is not saved yet, inside the transaction that writes it down: rows that are locked here
    stay locked until the reservation is committed, so that of two workers the second sees the first one's call.
    """
    call.reserved_usd = price(call.collector, call.provider, call.purpose).usd or Decimal(0)
    covering = _covering(call.customer_id, call.brand_id, [call.collector])
    # In one order for everybody: two workers that each held one of two budgets would wait for each other for ever.
    locked = list(covering.select_for_update(of=("self",)).order_by("pk"))
    for used in uses(locked):
        if refusal := used.refusal(call.reserved_usd):
            raise OverBudget(refusal)


def use(budget: Budget, now: datetime | None = None) -> Use:
    """What of the budget is used in the period of that moment."""
    return next(uses([budget], now))


def uses(budgets: Iterable[Budget], now: datetime | None = None) -> Iterator[Use]:
    """The same of several. Those of a customer that stand together take one statement."""
    moment = now or timezone.now()
    for customer_id, group in groupby(budgets, key=attrgetter("customer_id")):
        yield from _uses_of(customer_id, [(budget, *period(budget, moment)) for budget in group])


def _uses_of(customer_id: UUID, periods: list[tuple[Budget, datetime, datetime]]) -> Iterator[Use]:
    """Read off columns that the index `calls_that_count` holds: a reservation reads no row of the ledger."""
    starts_at, renews_at = min(start for _, start, _ in periods), max(end for *_, end in periods)
    sums: dict[str, Aggregate] = {}
    for place, (budget, start, end) in enumerate(periods):
        its = _covered_by(budget) & Q(opened_at__gte=start, opened_at__lt=end)
        sums[f"calls_{place}"] = Count("status", filter=its)
        sums[f"unknown_{place}"] = Count("status", filter=its & UNKNOWN)
        sums[f"usd_{place}"] = Sum(COST, filter=its)
    found = _counting(customer_id, starts_at, renews_at).aggregate(**sums)
    for place, (budget, start, end) in enumerate(periods):
        calls, usd = found[f"calls_{place}"], found[f"usd_{place}"] or Decimal(0)
        yield Use(budget, start, end, calls, usd, found[f"unknown_{place}"])


def calls_of(used: Use) -> QuerySet[Call]:
    """The calls that use up the budget, in no order."""
    return _counting(used.budget.customer_id, used.starts_at, used.renews_at).filter(_covered_by(used.budget))


def _counting(customer_id: UUID, starts_at: datetime, renews_at: datetime) -> QuerySet[Call]:
    calls = Call.objects.filter(customer_id=customer_id, opened_at__gte=starts_at, opened_at__lt=renews_at)
    return calls.exclude(FREE).order_by()


def _covered_by(budget: Budget) -> Q:
    brand = Q(brand_id=budget.brand_id) if budget.brand_id is not None else Q()
    return brand & (Q(collector=budget.collector) if budget.collector else Q())


def period(budget: Budget, now: datetime) -> tuple[datetime, datetime]:
    """The first moment of the budget's day or month, and the first moment after it."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if budget.period == Budget.Period.DAY:
        return midnight, midnight + timedelta(days=1)  # of the same clock: a day of 23 or 25 hours is one day
    first = midnight.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def nearly_spent(brand: Brand, collectors: list[str]) -> list[Use]:
    """The budgets of which a run for this brand with these collectors would spend the rest."""
    budgets = _covering(brand.customer_id, brand.pk, collectors)
    return [used for used in uses(budgets.select_related("customer", "brand")) if used.is_nearly_spent]


def _covering(customer_id: UUID | None, brand_id: UUID | None, collectors: list[str]) -> QuerySet[Budget]:
    """The active budgets that a call for this brand to one of these collectors has to fit into."""
    return Budget.objects.filter(
        Q(brand=None) | Q(brand_id=brand_id),
        customer__id__in=[customer_id] if customer_id else [],
        collector__in=["", *collectors],
        is_active=True,
    )

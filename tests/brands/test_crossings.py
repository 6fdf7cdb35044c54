"""Which budgets go to their end, and since when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from brands.alerts import OF_BUDGETS
from brands.crossings import crossings
from brands.models import Budget, Call, Query
from jobs.models import Alert
from jobs.patrol import Patrol
from tests.brands.factories import make_brand, make_call, make_query

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def query() -> Query:
    return make_query(make_brand())


def spend(query: Query, *prices: str) -> None:
    """A call at that price every minute from noon on."""
    for minute, usd in enumerate(prices):
        make_call(query, opened_at=NOON + timedelta(minutes=minute), cost_usd=Decimal(usd))


def make_budget(query: Query, **fields: object) -> Budget:
    return Budget.objects.create(customer=query.brand.customer, **fields)


def minutes(now: datetime = NOON + timedelta(hours=1)) -> list[float]:
    return [(crossing.at - NOON).total_seconds() / 60 for crossing in crossings(now)]


def test_a_budget_crosses_the_line_with_the_call_that_makes_it_four_fifths(query: Query) -> None:
    make_budget(query, limit_usd=Decimal(1))
    spend(query, "0.5", "0.2")
    assert minutes() == []
    make_call(query, opened_at=NOON + timedelta(minutes=7), cost_usd=Decimal("0.1"))
    make_call(query, opened_at=NOON + timedelta(minutes=9), cost_usd=Decimal("0.1"))
    assert minutes() == [7]


def test_of_two_limits_the_one_that_is_nearly_reached_first_counts(query: Query) -> None:
    make_budget(query, limit_usd=Decimal(1), limit_calls=5)
    spend(query, "0.1", "0.1", "0.1", "0.1", "0.5")
    assert minutes() == [3]


def test_a_budget_that_goes_to_its_end_is_an_alert_until_it_is_raised(query: Query) -> None:
    budget = make_budget(query, limit_usd=Decimal(1))
    patrol = Patrol(watches=True)
    spend(query, "0.5")
    Call.objects.update(opened_at=timezone.now())
    patrol.look()
    assert not Alert.objects.filter(kind=OF_BUDGETS).exists()
    make_call(query, cost_usd=Decimal("0.4"))
    patrol.look()
    patrol.look()
    alert = Alert.objects.get(kind=OF_BUDGETS)
    assert (alert.owner_id, alert.resolved_at) == (query.brand.customer_id, None)
    assert alert.sentence.startswith("90% of the budget of Coffee Ltd, a month is spent: $0.90 of $1.00 this month.")
    budget.limit_usd = Decimal(2)
    budget.save()
    Patrol().look()  # a worker's
    assert Alert.objects.filter(kind=OF_BUDGETS, resolved_at=None).exists()
    patrol.look()
    assert not Alert.objects.filter(kind=OF_BUDGETS, resolved_at=None).exists()


def test_a_budget_of_nothing_is_at_its_end_from_the_beginning(query: Query) -> None:
    make_budget(query, limit_calls=0)
    [crossing] = crossings(NOON)
    assert crossing.at == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_crossing_has_one_key_a_period(query: Query) -> None:
    budget = make_budget(query, limit_calls=1, period="day")
    spend(query, "0.1", "0.1")
    make_call(query, opened_at=NOON + timedelta(days=1))
    later = [NOON + timedelta(hours=hours) for hours in (1, 8, 25)]
    keys = [crossing.key for moment in later for crossing in crossings(moment)]
    assert keys == [f"budget-{budget.pk}-2026-11-22"] * 2 + [f"budget-{budget.pk}-2026-11-23"]


def test_a_budget_that_is_off_crosses_nothing(query: Query) -> None:
    make_budget(query, limit_calls=1, is_active=False)
    spend(query, "0.1")
    assert minutes() == []

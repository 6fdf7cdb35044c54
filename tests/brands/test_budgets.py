import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from brands import ledger
from brands.budgets import OverBudget, nearly_spent, use
from brands.models import Brand, Budget, Call, CallStatus, Query
from brands.parts import Part
from brands.sample_engines import SampleEngines
from jobs.dispatch import retry, run_once
from jobs.errors import Unavailable
from jobs.execution import execute
from jobs.models import JobRun
from tests.brands.factories import make_brand, make_call, make_query

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def brand() -> Brand:
    return make_brand()


@pytest.fixture
def query(brand: Brand) -> Query:
    return make_query(brand)


def parts(query: Query, collector: str = "chatgpt") -> Iterator[Part]:
    run = uuid4()
    return (Part(run, query, collector, sample, "", "") for sample in count(1))


def make_budget(of: Brand, /, **fields: object) -> Budget:
    budget = Budget(**{"customer": of.customer, **fields})  # type: ignore[arg-type]
    budget.full_clean()
    budget.save()
    return budget


def calls_until_refused(query: Query, most: int = 50, collector: str = "chatgpt") -> tuple[int, str]:
    for number, part in enumerate(parts(query, collector)):
        if number >= most:
            break
        try:
            ledger.open_call(part, "openai")
        except OverBudget as error:
            return number, str(error)
    return most, ""


@time_machine.travel(NOON, tick=False)
def test_a_budget_of_calls_lets_just_so_many_through_and_says_when_it_renews(brand: Brand, query: Query) -> None:
    make_budget(brand, limit_calls=3, period="day")
    assert calls_until_refused(query) == (
        3,
        "The budget of Coffee Ltd, a day is spent: 3 of 3 calls today. It renews on Mon 23 Nov 2026, 00:00 (UTC).",
    )
    assert Call.objects.count() == 3


@time_machine.travel(NOON, tick=False)
def test_a_budget_of_dollars_counts_what_is_reserved_before_it_is_known(brand: Brand, query: Query) -> None:
    make_call(query, cost_usd=Decimal("0.02"))
    make_budget(brand, brand=brand, collector="chatgpt", limit_usd=Decimal("0.07"))
    number, sentence = calls_until_refused(query)
    assert (number, Call.objects.filter(status="open", reserved_usd=Decimal("0.02")).count()) == (2, 2)
    assert sentence == (
        "The budget of Aurora on chatgpt, a month is spent: $0.0600 of $0.0700 this month, and a call costs about "
        "$0.0200. It renews on Tue 1 Dec 2026, 00:00 (UTC)."
    )


def test_a_budget_covers_its_brand_and_collector_and_no_other(brand: Brand, query: Query) -> None:
    other = make_query(make_brand("Zephyr", rivals=()))
    make_budget(brand, brand=brand, collector="chatgpt", limit_calls=1)
    assert calls_until_refused(query)[0] == 1
    assert calls_until_refused(query, 5, "perplexity")[0] == 5
    assert calls_until_refused(other, 5)[0] == 5
    make_budget(brand, limit_calls=12)
    assert calls_until_refused(other)[0] == 1


def test_a_budget_that_is_off_limits_nothing_and_one_of_nothing_lets_nothing_through(
    brand: Brand, query: Query
) -> None:
    budget = make_budget(brand, limit_calls=0)
    assert calls_until_refused(query)[0] == 0
    Budget.objects.filter(pk=budget.pk).update(is_active=False)
    assert calls_until_refused(query, 5)[0] == 5


@pytest.mark.parametrize(("period", "moment"), [("day", "2026-11-23T00:00:00Z"), ("month", "2026-12-01T00:00:00Z")])
def test_a_budget_renews_at_its_moment_and_not_before(brand: Brand, query: Query, period: str, moment: str) -> None:
    make_budget(brand, limit_calls=1, period=period)
    with time_machine.travel(NOON, tick=False) as clock:
        assert calls_until_refused(query)[0] == 1
        renewal = datetime.fromisoformat(moment)
        clock.move_to(renewal.replace(second=0) - (renewal - renewal.replace(second=0)))
        assert calls_until_refused(query)[0] == 1


@time_machine.travel(datetime(2026, 3, 29, 10, tzinfo=UTC), tick=False)
def test_a_day_is_that_of_the_sites_time_zone(brand: Brand, settings) -> None:  # type: ignore[no-untyped-def]
    settings.TIME_ZONE = "Europe/Zurich"
    used = use(make_budget(brand, limit_calls=1, period="day"))
    assert (used.starts_at.astimezone(UTC).hour, used.renews_at.astimezone(UTC).hour) == (23, 22)  # a day of 23 hours


def test_a_call_that_fails_free_of_charge_gives_its_money_back(brand: Brand, query: Query) -> None:
    make_budget(brand, limit_calls=1, limit_usd=Decimal("0.02"))
    call = ledger.open_call(next(parts(query)), "openai")
    assert calls_until_refused(query)[0] == 0
    ledger.fail(call, Unavailable("openai answered HTTP 503."))
    assert calls_until_refused(query)[0] == 1


def test_a_call_whose_worker_died_keeps_its_money_until_it_is_settled(brand: Brand, query: Query) -> None:
    budget = make_budget(brand, limit_calls=2)
    dead, other = (ledger.open_call(part, "openai") for part, _ in zip(parts(query), range(2), strict=False))
    assert calls_until_refused(query)[0] == 0
    ledger.fail(dead, Unavailable("It may have been charged.", is_ambiguous=True))
    assert calls_until_refused(query)[0] == 0
    ledger.fail(other, Unavailable("It never left."))
    assert use(budget).calls == 1


def test_a_call_is_settled_at_what_it_cost_not_at_what_was_reserved(brand: Brand, query: Query) -> None:
    budget = make_budget(brand, limit_usd=Decimal(1))
    make_call(query, cost_usd=Decimal("0.5"), reserved_usd=Decimal("0.9"))
    make_call(query, cost_usd=None, cost_source="", reserved_usd=Decimal("0.1"))
    make_call(query, cost_usd=None, cost_source="", reserved_usd=Decimal(0))
    used = use(budget)
    assert (used.calls, used.usd, used.calls_without_cost, round(used.share, 2)) == (3, Decimal("0.6"), 1, 0.6)


def test_from_four_fifths_on_a_budget_warns(brand: Brand, query: Query) -> None:
    make_budget(brand, limit_calls=5)
    for _ in range(3):
        make_call(query)
    assert nearly_spent(brand, ["chatgpt"]) == []
    make_call(query)
    [used] = nearly_spent(brand, ["chatgpt"])
    assert used.warning.startswith("80% of the budget of Coffee Ltd, a month is spent: 4 of 5 calls this month.")


def test_a_reservation_adds_up_all_its_budgets_in_one_statement_off_an_index(brand: Brand, query: Query) -> None:
    """100,000 calls a month are added up before each further one, while nobody else may reserve."""
    make_budget(brand, limit_usd=Decimal(100))
    make_budget(brand, brand=brand, collector="chatgpt", limit_calls=100)
    now = timezone.now()
    Call.objects.bulk_create(
        Call(
            customer=brand.customer,
            brand=brand,
            query=query,
            run_id=uuid4(),
            collector="chatgpt",
            provider="openai",
            question=query.text,
            idempotency_key=uuid4().hex,
            status=CallStatus.FAILED,
            error="No connection.",
            cost_usd=0,
            opened_at=now,
            closed_at=now,
        )
        for _ in range(500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE brands_call")
    with CaptureQueriesContext(connection) as done:
        ledger.open_call(next(parts(query)), "openai")
    sums = [each["sql"] for each in done.captured_queries if "SUM(" in each["sql"]]
    assert len(sums) == 1
    if connection.vendor == "sqlite":  # PostgreSQL reads so small a table without an index
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sums[0]}")
            assert "USING COVERING INDEX calls_that_count" in str(cursor.fetchall())


def test_impossible_budgets_are_refused(brand: Brand) -> None:
    with pytest.raises(ValidationError, match="Set a limit in dollars, in calls, or both"):
        make_budget(brand)
    other = make_brand("Zephyr", rivals=(), customer=type(brand.customer).objects.create(name="Tea Inc"))
    with pytest.raises(ValidationError, match="Zephyr belongs to Tea Inc"):
        make_budget(brand, brand=other, limit_calls=1)
    make_budget(brand, limit_calls=1)
    make_budget(brand, brand=brand, limit_calls=1)
    for fields in ({"customer": brand.customer}, {"customer": brand.customer, "brand": brand}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Budget.objects.create(limit_calls=2, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.create(customer=brand.customer, collector="grok")


def _buy(query: Query, number: int, start: "multiprocessing.synchronize.Barrier") -> None:
    """In a process of its own: try to make so many calls, of which every third fails free of charge."""
    start.wait(30)
    for place, part in enumerate(parts(query)):
        if place == number:
            break
        try:
            call = ledger.open_call(part, "openai")
        except OverBudget:
            continue
        if place % 3 == 0:
            ledger.fail(call, Unavailable("openai answered HTTP 503."))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_never_pass_a_budget_by_one_call() -> None:
    query = make_query(make_brand())
    budget = make_budget(query.brand, limit_calls=60)
    make_budget(query.brand, brand=query.brand, limit_usd=Decimal("0.60"))  # a second one, to be locked as well
    make_call(query, cost_usd=Decimal("0.01"))
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(8)
    workers = [fork.Process(target=_buy, args=(query, 25, start)) for _ in range(8)]
    connections.close_all()  # or the processes would share one
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 8
    used = use(budget)
    assert (used.calls, used.usd) == (60, Decimal("0.60"))
    assert Call.objects.filter(status=CallStatus.FAILED, cost_usd=0).exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_meets_its_budget_keeps_what_it_has_and_says_which_budget_it_was(engines: SampleEngines) -> None:
    brand = make_brand()
    for number in range(3):
        make_query(brand, f"Which coffee machine is number {number}?")
    make_budget(brand, brand=brand, limit_calls=2)
    triggered = run_once("data_collection", brand, {"collectors": ["chatgpt"]})
    assert execute(triggered.run.pk, worker="test") == "partial"
    run = JobRun.objects.get(pk=triggered.run.pk)
    assert "The budget of Aurora, a month is spent: 2 of 2 calls this month. It renews on" in run.reason
    assert run.metrics["answered"] + run.metrics["empty"] + run.metrics["absent"] + run.metrics["refused"] == 2
    assert run.log.filter(level="warning", text__startswith="100% of the budget of Aurora").exists()
    # With the money there again, a retry asks for the one answer that is missing.
    Budget.objects.update(limit_calls=3)
    retry(run, "ada")
    assert execute(run.pk, worker="test") == "completed"
    assert Call.objects.filter(status=CallStatus.ANSWERED).count() == 3

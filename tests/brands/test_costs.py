import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from brands import prices
from brands.costs import plan_estimate, price
from brands.job_types import CollectionOptions
from brands.models import Brand
from brands.sample_engines import SampleEngines
from jobs.forecast import forecast, runs_a_month
from tests.brands.factories import make_brand, make_call, make_job, make_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    brand = make_brand()
    for number in range(10):
        make_query(brand, f"Number {number}?")
    make_query(brand, "Not asked?", is_active=False)
    return brand


def test_a_call_costs_what_the_latest_calls_of_its_kind_were_billed(brand: Brand) -> None:
    query = brand.queries.first()
    assert query is not None
    make_call(query, cost_usd=Decimal("0.01"))
    make_call(query, cost_usd=Decimal("0.03"))
    make_call(query, cost_usd=Decimal(9), collector="perplexity")
    make_call(query, cost_usd=Decimal(9), provider="brightdata")
    make_call(query, cost_usd=Decimal(9), opened_at=timezone.now() - timedelta(days=31))
    make_call(query, cost_usd=None, cost_source="")
    make_call(query, cost_usd=Decimal(0), status="failed", error="No.")
    found = price("chatgpt", "openai")
    assert (found.usd, found.basis) == (Decimal("0.02"), "mean of the latest 2 calls, billed")
    make_call(query, cost_source="estimated")
    assert price("chatgpt", "openai").basis == "mean of the latest 3 calls, 2 of them billed"


def test_before_the_first_call_the_price_table_says_it_or_nobody_knows() -> None:
    found = price("chatgpt", "openai")
    assert found.usd == prices.typical("openai", "gpt-5-mini") == Decimal("0.0145")
    assert found.basis == "a typical call by the price table of November 2026"
    unknown = price("local", "openai_compatible")
    assert (unknown.usd, unknown.basis) == (None, "no price is known before the first call")


def test_every_provider_with_a_model_in_the_settings_has_a_typical_price(settings) -> None:  # type: ignore[no-untyped-def]
    models = {name: entry.get("model", "") for name, entry in settings.PROVIDERS.items()}
    unknown = [name for name, model in models.items() if prices.typical(name, model) is None]
    assert unknown == ["openai_compatible"]


def test_a_run_is_queries_by_collectors_by_samples(brand: Brand, engines: SampleEngines) -> None:
    options = CollectionOptions(collectors=["chatgpt", "local"], samples=3)
    run = plan_estimate(brand.pk, options)
    assert run is not None
    assert (run.calls, run.usd, run.calls_without_price) == (60, Decimal("0.435"), 30)
    assert [line.name for line in run.lines] == ["chatgpt through openai", "local through openai_compatible"]


def test_a_collector_without_a_provider_makes_no_call_and_says_so(brand: Brand) -> None:
    run = plan_estimate(brand.pk, CollectionOptions(collectors=["chatgpt"]))
    assert run is not None
    assert (run.calls, run.lines[0].basis) == (0, "has no provider that can be asked")


def test_scoring_costs_nothing(brand: Brand) -> None:
    assert forecast(make_job(brand, "scoring")) is None


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [("0 9 * * *", 30, 30), ("0 9 * * 1", 4, 5), ("*/5 * * * *", 8630, 8650), ("* * * * *", 43_190, 43_210)],
)
def test_the_schedule_says_how_many_runs_a_month_has(brand: Brand, expression: str, low: int, high: int) -> None:
    job = make_job(brand)
    job.set_cron(expression, "UTC")
    assert low <= runs_a_month(job) <= high
    job.set_once(timezone.now() + timedelta(days=1))
    assert runs_a_month(job) == 1


def test_a_forecast_is_a_sentence(brand: Brand, engines: SampleEngines) -> None:
    found = forecast(make_job(brand, collectors=["chatgpt"], samples=2))
    assert found is not None
    assert found.in_words == "20 calls, about $0.29 a run; 30 runs in 30 days: 600 calls, about $8.70."


def test_the_command_line_says_what_a_run_would_cost_and_makes_none(
    brand: Brand, engines: SampleEngines, capsys: pytest.CaptureFixture[str]
) -> None:
    job = make_job(brand, collectors=["chatgpt", "grok"])
    call_command("run_job", job.name, "--dry-run")
    said = capsys.readouterr().out
    assert said.startswith("20 calls, about $0.")
    assert "chatgpt through openai: 10 calls, $0.14 (a typical call by the price table of November 2026)" in said
    call_command("run_job", job.name, "--dry-run", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["cost"]["calls"], found["cost"]["runs_per_month"], len(found["cost"]["lines"])) == (
        20,
        30,
        2,
    )
    assert not job.runs.exists()


def test_the_command_line_names_what_stands_in_the_way(brand: Brand, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("run_job", make_job(brand, collectors=["chatgpt"]).name, "--dry-run")
    assert "In the way: Set OPENAI_API_KEY to ask chatgpt through openai" in capsys.readouterr().out

"""One provider of four is in a storm. The others keep their pace, and nobody asks it before its time."""

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.limits import KNOWN
from brands.models import Brand, Call
from brands.sample_engines import SampleEngines
from jobs.execution import execute
from jobs.models import JobRun
from tests.brands.factories import make_brand, make_query, make_run

pytestmark = pytest.mark.django_db(transaction=True)
COLLECTORS = ["chatgpt", "perplexity", "grok", "local"]
RATE = 4.0
RETRY_AFTER = 4
CROSSED = 1.5  # seconds in which the refusal and further calls may cross on their way, on a busy machine


class Storm:
    """Answers 429, 503 and nothing at all in turn, and remembers when it was asked and when it asked to wait."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.refused: list[float] = []
        self.modes = itertools.cycle(["429", "503", "hang", "429"])
        self.lock = threading.Lock()

    def __call__(self, _: Request) -> Response:
        with self.lock:
            self.asked.append(time.monotonic())
            mode = next(self.modes)
        if mode == "hang":
            time.sleep(6)
            return Response("{}", 200, content_type="application/json")
        if mode == "503":
            return Response("{}", 503, content_type="application/json")
        with self.lock:
            self.refused.append(time.monotonic())
        return Response("{}", 429, {"Retry-After": str(RETRY_AFTER)}, content_type="application/json")

    @property
    def too_early(self) -> list[float]:
        """Calls that came while the provider wanted none; those that crossed its answer on their way are not."""
        return [a for a in self.asked for r in self.refused if r + CROSSED < a < r + RETRY_AFTER]


def opened_too_early(run: JobRun) -> list[Call]:
    """Calls that were opened although a refusal had been heard, by the ledger."""
    calls = list(Call.objects.filter(run_id=run.pk, provider="perplexity"))
    heard = [call.closed_at for call in calls if "429" in call.error]
    span = timedelta(seconds=RETRY_AFTER - 0.2)
    return [call for call in calls for moment in heard if moment < call.opened_at < moment + span]


@pytest.fixture
def storm() -> Iterator[tuple[Storm, str]]:
    storm = Storm()
    with HTTPServer(threaded=True) as server:
        server.expect_request("/v1/responses").respond_with_handler(storm)
        yield storm, server.url_for("")


def brand_with(queries: int) -> Brand:
    brand = make_brand()
    for number in range(queries):
        make_query(brand, f"Which coffee machine is number {number}?")
    return brand


def collected(brand: Brand, engines: SampleEngines, **fields: Any) -> tuple[JobRun, dict[str, float]]:
    """One attempt at a run, and the calls a second to each provider."""
    KNOWN.clear()
    before = len(engines.calls)
    run = make_run(brand, options={"collectors": COLLECTORS, "parallel": True}, **fields)
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    opened: dict[str, list[float]] = {}
    for call in Call.objects.filter(run_id=run.pk).order_by("opened_at"):
        opened.setdefault(call.provider, []).append(call.opened_at.timestamp())
    assert len(engines.calls) > before
    return run, {name: (len(at) - 1) / (at[-1] - at[0]) for name, at in opened.items() if len(at) > 3}


def survive(queries: int, share: float, engines: SampleEngines, storm: Storm, address: str, settings: Any) -> None:
    settings.PROVIDER_LIMITS = {
        name: {"calls_per_second": RATE, "concurrency": 50, "timeout": 5} for name in settings.PROVIDERS
    }
    brand = brand_with(queries)
    _, calm = collected(brand, engines)
    entry = settings.PROVIDERS["perplexity"] | {"base_url": address.rstrip("/")}
    settings.PROVIDERS = settings.PROVIDERS | {"perplexity": entry}
    run, stormy = collected(brand, engines, max_attempts=3)
    others = set(calm) - {"perplexity"}
    assert len(others) == 3
    assert all(stormy[name] >= share * calm[name] for name in others), (calm, stormy)
    assert storm.too_early == []
    assert opened_too_early(run) == []
    assert 1 <= len(storm.asked) <= queries, "each question is asked once an attempt at most"
    done = run.answers.exclude(collector="perplexity")
    assert done.filter(status__in=["answered", "empty", "refused"]).count() == 3 * queries
    assert (run.status, run.attempt) == ("pending", 1)
    ambiguous = Call.objects.filter(run_id=run.pk, status="ambiguous")
    assert {call.provider for call in ambiguous} <= {"perplexity"}


def test_a_storm_at_one_provider_is_no_storm_for_the_others(
    engines: SampleEngines, storm: tuple[Storm, str], settings: Any
) -> None:
    survive(12, 0.75, engines, *storm, settings)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_long_storm_at_one_provider_is_no_storm_for_the_others(
    engines: SampleEngines, storm: tuple[Storm, str], settings: Any
) -> None:
    survive(200, 0.9, engines, *storm, settings)

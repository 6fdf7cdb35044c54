"""Fault 1: the worker dies around a call to a provider that charges, at every place of its database and its client."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from brands.collector import providers
from jobs.models import JobRun
from tests.brands.deaths import PLACES, asking_job, dead_at_each, in_a_process, its_worker_went_silent, work_on
from tests.brands.factories import make_brand, make_query
from tests.brands.till import Keyed, Plain, Tagged, Tasks, Till, open_till
from tests.faults import reliability
from tests.faults.amounts import MOST_SECONDS
from tests.faults.checker import check
from tests.faults.evidence import Evidence
from tests.faults.harness import Result
from tests.faults.money import Books
from tests.faults.outside import Outside

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
    pytest.mark.timeout(MOST_SECONDS),
]
KINDS = {
    "synchronous, nothing to look up": (Plain, False),
    "synchronous, takes keys": (Keyed, True),
    "asynchronous, nothing to look up": (Tasks, False),
    "asynchronous, tasks can be looked up": (Tagged, True),
}


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Till]:
    settings.COLLECTION_POLL_INTERVAL = 0.01
    with open_till(tmp_path / "charged.jsonl") as (till, url):
        monkeypatch.setenv("TILL_BASE_URL", url)
        yield till


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    with providers.temporarily(("till", "till"), KINDS[request.param][0]):
        yield request.param


@pytest.fixture
def finish(request: pytest.FixtureRequest, till: Till, kind: str, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Hold everything against the provider's log and the other invariants, and write the row of the scenario."""
    begun = time.monotonic()

    def end(scenario: str, runs: int) -> None:
        books = Books(till, finds_out=KINDS[kind][1]).read()
        evidence = Evidence.gather([], Outside(tmp_path / "outside.jsonl"), {}, set())
        verdict = check(evidence, also=books.invariants)
        verdict.twice += len(verdict.problems["paid_twice"])
        verdict.lost += len(verdict.problems["paid_and_lost"])
        verdict.ambiguous = books.ambiguous
        result = Result(verdict, [], 0, time.monotonic() - begun, [])
        reliability.put("1", f"{scenario}: {kind}", connection.display_name, f"{runs - 1} places", result)
        assert verdict.in_words() == ""
        # Most ended one way or the other: with the answer, or in a call that is shown as ambiguous.
        assert JobRun.objects.filter(status="completed").count() + verdict.ambiguous > runs / 2

    return end


def test_a_worker_that_dies_at_any_place_around_a_call_pays_once_and_loses_nothing(till: Till, finish: Any) -> None:
    job = asking_job(make_query(make_brand()).brand)
    runs = [run for place in PLACES.values() for run in dead_at_each(place, job)]
    assert len(runs) >= 100
    finish("the worker dies at every place around a call", len(runs))


def test_the_worker_that_takes_over_dies_at_any_place_too(till: Till, finish: Any) -> None:
    job = asking_job(make_query(make_brand()).brand)

    def sold_and_dead(run: JobRun) -> None:
        till.kill = "after"  # the provider has charged for the call, and sends nothing before its caller is dead
        assert in_a_process(lambda: work_on(run)) == -signal.SIGKILL
        its_worker_went_silent(run)

    runs = [run for place in PLACES.values() for run in dead_at_each(place, job, before=sold_and_dead)]
    finish("the worker dies when the call is charged, its successor at every place", len(runs))

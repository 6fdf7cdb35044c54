"""Fault 10: a storm of 429, 5xx and timeouts at one provider of four, through all attempts of a run."""

import time
from typing import Any

import pytest
from django.db import connection

from brands.budgets import use
from brands.models import Budget, Call
from brands.sample_engines import SampleEngines
from tests.brands.conftest import engines  # noqa: F401
from tests.brands.storm import (
    STRICKEN,
    ambiguous,
    answers_of_others,
    at_their_pace,
    brand_with,
    collected,
    slowest,
    storm_at,
)
from tests.faults import reliability
from tests.faults.amounts import MOST_SECONDS
from tests.faults.checker import Verdict
from tests.faults.harness import Result

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.timeout(MOST_SECONDS)]
QUERIES, ATTEMPTS, BUDGET = 100, 3, 20
KEPT = 0.9  # of their pace


def test_a_long_storm_at_one_provider_is_no_storm_for_the_others(
    engines: SampleEngines,  # noqa: F811
    settings: Any,
) -> None:
    begun = time.monotonic()
    at_their_pace(settings)
    brand = brand_with(QUERIES)
    _, calm = collected(brand)
    budget = Budget.objects.create(customer=brand.customer, collector="perplexity", limit_calls=QUERIES + BUDGET)
    with storm_at(settings, retry_after=3) as storm:
        run, stormy = collected(brand, attempts=ATTEMPTS, max_attempts=ATTEMPTS, backoff_seconds=0.5)
    kept, missing = slowest(calm, stormy), 3 * QUERIES - answers_of_others(run)
    calls = Call.objects.filter(run_id=run.pk, provider=STRICKEN)
    verdict = Verdict(runs=2, lost=missing, stuck=int(run.is_open), ambiguous=ambiguous(run))
    said = f"{len(storm.asked)} calls into it; the others kept {kept:.0%} of their pace"
    result = Result(verdict, [], 0, time.monotonic() - begun, [])
    reliability.put("10", "429, 5xx and timeouts at one provider of four", connection.display_name, said, result)
    assert kept >= KEPT, (calm, stormy)
    assert (missing, run.attempt, run.status) == (0, ATTEMPTS, "partial")
    assert storm.too_early == []
    assert storm.opened_too_early(run) == []
    assert QUERIES < len(storm.asked) <= ATTEMPTS * QUERIES
    assert max(calls.filter(query=query).count() for query in brand.queries.all()) <= ATTEMPTS
    assert storm.charged == ambiguous(run) <= BUDGET, "what may have been charged is ambiguous and within the budget"
    assert use(budget).calls <= QUERIES + BUDGET

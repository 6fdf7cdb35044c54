"""One provider of four is in a storm. The others keep their pace, and nobody asks it before its time."""

from typing import Any

import pytest

from brands.sample_engines import SampleEngines
from tests.brands.storm import (
    ambiguous,
    answers_of_others,
    at_their_pace,
    brand_with,
    collected,
    slowest,
    storm_at,
)

pytestmark = pytest.mark.django_db(transaction=True)
QUERIES = 12


def test_a_storm_at_one_provider_is_no_storm_for_the_others(engines: SampleEngines, settings: Any) -> None:
    at_their_pace(settings)
    brand = brand_with(QUERIES)
    _, calm = collected(brand)
    with storm_at(settings, retry_after=4) as storm:
        run, stormy = collected(brand, max_attempts=3)
    assert slowest(calm, stormy) >= 0.75, (calm, stormy)
    assert storm.too_early == []
    assert storm.opened_too_early(run) == []
    assert 1 <= len(storm.asked) <= QUERIES, "each question is asked once an attempt at most"
    assert answers_of_others(run) == 3 * QUERIES
    assert (run.status, run.attempt) == ("pending", 1)
    assert ambiguous(run) <= storm.charged

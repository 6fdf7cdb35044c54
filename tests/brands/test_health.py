from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from brands.health import ProviderHealth, health, is_right, percentile
from brands.models import Call, CallStatus, Query
from tests.brands.factories import make_answer, make_brand, make_call, make_query

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def query() -> Query:
    return make_query(make_brand())


def answered(query: Query, moment: datetime = NOON, *, seconds: float = 2, **fields: Any) -> Call:
    """A call with its answer, which `fields` describe."""
    answer = make_answer(
        query, **{"text": "" if fields.get("status") not in (None, "answered") else "Aurora.", **fields}
    )
    return make_call(query, answer=answer, opened_at=moment, closed_at=moment + timedelta(seconds=seconds))


def the_one() -> ProviderHealth:
    [row] = health(Call.objects.all())
    return row


def test_outcomes_latency_and_cost_are_counted_for_each_provider(query: Query) -> None:
    for seconds in (1, 2, 3, 100):
        answered(query, seconds=seconds)
    for status in ("empty", "absent", "refused"):
        answered(query, status=status)
    make_call(query, CallStatus.FAILED, cost_usd=Decimal(0))
    make_call(make_query(query.brand, "?"), CallStatus.AMBIGUOUS)
    make_call(make_query(query.brand, "??"), CallStatus.OPEN)
    make_call(query, provider="brightdata")
    other, row = health(Call.objects.all())
    assert (other.provider, other.asked) == ("brightdata", 1)
    assert row.outcomes == {"answered": 4, "empty": 1, "absent": 1, "refused": 1, "failed": 1, "ambiguous": 1}
    assert (row.share("answered"), row.p50, row.p95, row.usd) == (4 / 9, 2, 100, Decimal("0.07"))


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3.0], 0.95) == 3
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95


def test_a_model_that_answers_for_the_first_time_is_an_event_and_taking_turns_is_none(query: Query) -> None:
    for number, model in enumerate(["gpt-5", "gpt-5", "gpt-6", "gpt-5", "gpt-6"]):
        answered(query, NOON + number * DAY, model_served=model)
    [event] = the_one().events
    assert (event.kind, event.day) == ("model changed", (NOON + 2 * DAY).date())
    assert event.words == "gpt-6 answers; before it was gpt-5."


def test_a_provider_that_stops_searching_is_an_event(query: Query) -> None:
    for number, searched in enumerate([True, True, True, False, False]):
        for _ in range(5):
            answered(query, NOON + number * DAY, searched=searched)
    [event] = the_one().events
    assert (event.kind, event.day) == ("stopped searching", (NOON + 3 * DAY).date())
    assert event.words == "None of 5 answers searched the web; 5 of 5 did the day before."


def test_a_few_answers_and_providers_that_never_say_make_no_event(query: Query) -> None:
    for number in range(4):
        answered(query, NOON, searched=True)
        answered(query, NOON + DAY, searched=False)
        answered(query, NOON + number * DAY, searched=None)
    assert the_one().events == []


def test_canaries_are_right_where_an_answer_has_one_of_the_known_words(query: Query) -> None:
    canary = make_query(query.brand, "What is the capital of Switzerland?", expected=["Bern", "Berne"])
    answered(canary, text="It is **ＢＥＲＮ**.")
    answered(canary, text="It is Zurich.")
    answered(canary, status="refused")
    answered(query)
    assert the_one().canaries == {True: 1, False: 1}


def test_known_words_are_found_however_they_are_spaced_or_written() -> None:
    assert is_right("the  EIFFEL\ntower", ["Eiffel Tower"])
    assert not is_right("the tower", ["Eiffel Tower"])

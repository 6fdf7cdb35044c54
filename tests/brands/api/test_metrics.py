from datetime import UTC, datetime

import pytest

from brands.models import Answer, Score
from brands.results import DEFINITIONS, by_collector
from brands.totals import refresh
from tests.brands.factories import make_answer, make_query

METRICS = "/api/admin/metrics"
MONDAY, TUESDAY = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 17, 9, tzinfo=UTC)


def scored(query, moment, ours: int, theirs: int, **fields) -> Answer:
    answer = make_answer(query, asked_at=moment, **fields)
    rival = query.brand.competitors.get()
    for entity, count in (({"brand": query.brand}, ours), ({"competitor": rival}, theirs)):
        rows = {
            "mentions": {"mention_count": count},
            "position": {"first_position": 4 if count else None},
            "sentiment": {"score": 0.5 if count else None},
        }
        for scorer, measures in rows.items():
            Score.objects.create(answer=answer, scorer=scorer, version="1", measures=measures, **entity)
    refresh([answer])
    return answer


@pytest.fixture
def answers(brand):
    query = make_query(brand)
    scored(query, MONDAY, 3, 1)
    scored(query, MONDAY, 0, 1)
    scored(query, TUESDAY, 1, 0)
    make_answer(query, "", status=Answer.Status.EMPTY, asked_at=TUESDAY)


@pytest.fixture
def series(api, brand, answers):
    def ask(metric: str, **filters: str) -> list[tuple]:
        found = api.get(METRICS, {"brand_id": str(brand.pk), **filters}).json()["series"]
        of = [each for each in found if each["metric"] == metric and each["entity"]["kind"] == "brand"]
        return [(p["date"], p["value"], p["numerator"], p["denominator"]) for each in of for p in each["points"]]

    return ask


def test_each_point_has_its_numerator_and_its_denominator(series):
    assert series("visibility") == [("2026-11-16", 0.5, 1, 2), ("2026-11-17", 1, 1, 1)]
    assert series("share_of_voice") == [("2026-11-16", 0.6, 3, 5), ("2026-11-17", 1, 1, 1)]
    assert series("first_position") == [("2026-11-16", 4, 4, 1), ("2026-11-17", 4, 4, 1)]
    assert series("sentiment", by="week") == [("2026-11-16", 0.5, 1, 2)]


def test_figures_are_put_together_by_week_by_month_and_in_total(series):
    assert series("visibility", by="week") == [("2026-11-16", 2 / 3, 2, 3)]
    assert series("visibility", by="month") == [("2026-11-01", 2 / 3, 2, 3)]
    assert series("visibility", by="total") == [(None, 2 / 3, 2, 3)]
    assert series("visibility", since="2026-11-17") == series("visibility", until="2026-11-17")[1:]
    assert series("visibility", collector="local") == []


def test_the_total_is_what_the_admin_shows(series, brand):
    (shown,) = by_collector(brand)
    assert series("visibility", by="total")[0][1] == shown.visibility
    assert series("share_of_voice", by="total")[0][1] == shown.share_of_voice


def test_definitions_stand_beside_the_numbers_and_answers_without_text_are_counted_apart(api, brand, answers):
    body = api.get(METRICS, {"brand_id": str(brand.pk)}).json()
    first = body["series"][0]
    assert (first["metric"], first["definition"]) == ("visibility", DEFINITIONS["Visibility"])
    assert first["denominator"] == "answers received and scored"
    assert [each["counts"]["empty"] for each in body["answers"]] == [0, 1]


@pytest.mark.parametrize(
    ("filters", "field"),
    [({}, "brand_id"), ({"brand_id": "x"}, "brand_id"), ({"by": "year"}, "by"), ({"since": "x"}, "since")],
)
def test_a_question_that_cannot_be_understood_is_refused(api, brand, filters, field):
    filters = filters if "brand_id" in filters or not filters else {"brand_id": str(brand.pk), **filters}
    response = api.get(METRICS, filters)
    assert (response.status_code, list(response.json())) == (400, [field])


def test_the_number_of_queries_does_not_grow(api, brand, answers, django_assert_num_queries):
    with django_assert_num_queries(8):  # the role twice, the brand, its competitors, the totals, branded queries
        api.get(METRICS, {"brand_id": str(brand.pk)})


def test_a_rate_over_enough_queries_has_its_interval(api, brand):
    for number in range(30):
        scored(make_query(brand, f"Query {number}?"), MONDAY, number % 2, 1)
    body = api.get(METRICS, {"brand_id": str(brand.pk)}).json()
    point = next(each for each in body["series"] if each["metric"] == "visibility")["points"][0]
    low, high = point["interval"]
    assert (point["value"], point["denominator"]) == (0.5, 30)
    assert 0.25 < low < 0.5 < high < 0.75

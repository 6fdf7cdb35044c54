"""Totals are what a full recomputation gives, whatever happened to the answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brands.correcting import correct, withdraw
from brands.models import Answer, AnswerTotal, Brand, Correction, EntityTotal, HostTotal
from brands.rescoring import apply, rescore
from brands.results import by_collector
from brands.scorer import scorers
from brands.scoring import ScoringCount, keep_scores, read_answers, scored
from brands.selection import Selection
from brands.totals import day_of, delete_answers, differences, rebuild, refresh
from tests.brands.answers import cite, make_answer, make_brand, make_competitor, make_query, person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXTS = ["Skylark is great.", "Avoid Skylark, Windy is better.", "Nobody.", "Windy, Windy and Skylark. Kestrel too."]


def make_scored(query: Any, text: str, **fields: Any) -> Answer:
    answer = make_answer(query, text, **fields)
    cite(answer, "https://www.skylark.example/a")
    cite(answer, "https://news.example/", cited=False)
    score_all([answer])
    return answer


def score_all(answers: list[Answer]) -> None:
    for batch in read_answers([answer.pk for answer in answers]):
        for answer in batch:
            for _, cls in scorers.items():
                keep_scores(scored([answer], answer.brand.entities(), cls(), ScoringCount()))


def step(brand: Brand, what: str, number: int) -> None:  # noqa: C901  (a list of what can happen)
    """One thing that happens to a brand's answers; `number` says to which of them."""
    answers = list(brand.answers.order_by("asked_at", "pk"))
    queries = list(brand.queries.order_by("text"))
    answer = answers[number % len(answers)] if answers else None
    query = queries[number % len(queries)] if queries else make_query(brand, f"Query {number}?")
    asked = {"asked_at": NOON - timedelta(hours=7 * number), "collector": ("chatgpt", "gemini")[number % 2]}
    if what == "answer":
        make_scored(query, TEXTS[number % len(TEXTS)], country=("", "CH")[number % 2], **asked)
    elif what == "failure":
        make_answer(query, status=("failed", "empty", "absent", "waiting")[number % 4], **asked)
    elif what == "query":
        brand.queries.get_or_create(text=f"Which kite number {number}?")
    elif what == "rename":
        brand.aliases = ["Kestrel"] if number % 2 else []
        brand.save()
    elif what == "rescore":
        apply(rescore(brand, "test"))
    elif what == "delete query" and queries:
        query.delete()
    elif what == "delete competitor":
        brand.competitors.filter(name="Windy").delete()
    elif answer is None or not answer.scores.exists():
        return
    elif what == "correct":
        label = ("positive", "negative", "abstain")[number % 3]
        correct(answer, brand, Correction.Kind.SENTIMENT, person("ada"), label=label)
    elif what == "not a mention":
        correct(answer, brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=0, end=7)
    elif what == "withdraw":
        for each in answer.corrections.filter(withdrawn_at=None):
            withdraw(each)
    elif what == "delete answer":
        delete_answers(Answer.objects.filter(pk=answer.pk))


STEPS = [
    *("answer", "answer", "answer", "failure", "query", "rename", "rescore", "correct", "not a mention", "withdraw"),
    *("delete query", "delete answer", "delete competitor"),
]


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), max_size=10))
def test_totals_equal_a_full_recomputation_after_anything(db: None, steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        brand = make_brand()
        make_competitor(brand)
        make_query(brand)
        for what, number in [("answer", 0), *steps]:
            step(Brand.objects.get(pk=brand.pk), what, number)
        assert differences(Brand.objects.get(pk=brand.pk)) == []
        transaction.set_rollback(True)


@pytest.fixture
def brand() -> Brand:
    brand = make_brand()
    make_competitor(brand)
    return brand


def test_a_late_answer_counts_for_the_day_on_which_it_was_asked(brand: Brand) -> None:
    make_scored(make_query(brand), TEXTS[0], asked_at=NOON - timedelta(days=9))
    [total] = AnswerTotal.objects.all()
    assert (total.day, total.answered, total.scored) == (date(2026, 2, 21), 1, 1)
    assert differences(brand) == []


def test_sums_hold_mentions_positions_sentiments_and_stances(brand: Brand) -> None:
    query = make_query(brand)
    for text in TEXTS[:2]:
        make_scored(query, text, asked_at=NOON)
    own = EntityTotal.objects.get(competitor=None)
    assert (own.mentioning, own.mentions, own.positions, own.position_sum) == (2, 2, 2, 3)
    assert (own.warned_against, EntityTotal.objects.get(competitor__name="Windy").mentions) == (1, 1)
    hosts = {total.host: (total.cited, total.consulted) for total in HostTotal.objects.all()}
    assert hosts == {"www.skylark.example": (2, 0), "news.example": (0, 2)}


def test_figures_are_narrowed_by_topic_country_and_kind_of_query(brand: Brand) -> None:
    topic = brand.topics.create(name="Strings")
    strings, branded = make_query(brand, "Which strings?", topic=topic), make_query(brand, "Is Skylark good?")
    make_scored(strings, TEXTS[0], country="CH")
    make_scored(strings, TEXTS[2])
    make_scored(branded, TEXTS[2])

    def received(**of: Any) -> list[tuple[int, float | None]]:
        return [(each.answered, each.visibility) for each in by_collector(brand, selection=Selection(**of))]

    assert received() == [(3, 1 / 3)]
    assert received(topic_id=topic.pk) == [(2, 0.5)]
    assert received(country="CH") == [(1, 1.0)]
    assert received(is_branded=True) == [(1, 0.0)]
    assert received(until=date(2020, 1, 1)) == []


def test_a_topic_that_is_changed_later_takes_the_figures_along(brand: Brand) -> None:
    query, topic = make_query(brand), brand.topics.create(name="Tails")
    make_scored(query, TEXTS[0])
    query.topic = topic
    query.save()
    assert by_collector(brand, selection=Selection(topic_id=topic.pk))[0].visibility == 1


def test_totals_of_one_run_equal_those_of_the_tables(brand: Brand) -> None:
    answer = make_scored(make_query(brand), TEXTS[1])
    everything = by_collector(brand)
    [alone] = by_collector(brand, selection=Selection(query_id=answer.query_id, since=day_of(answer.asked_at)))
    assert [alone] == everything


def test_the_command_finds_wrong_totals_and_computes_them_anew(brand: Brand, capsys: Any) -> None:
    make_scored(make_query(brand), TEXTS[0])
    call_command("totals")
    AnswerTotal.objects.update(answered=7)
    with pytest.raises(CommandError, match="1 totals are wrong"):
        call_command("totals", "--brand", brand.name)
    call_command("totals", "--rebuild")
    assert "are what their answers add up to" in capsys.readouterr().out
    assert AnswerTotal.objects.get().answered == 1


def test_rebuilding_and_refreshing_twice_change_nothing(brand: Brand) -> None:
    answer = make_scored(make_query(brand), TEXTS[0])
    for _ in range(2):
        rebuild(brand)
        refresh([answer, answer])
    assert differences(brand) == []
    assert AnswerTotal.objects.count() == 1

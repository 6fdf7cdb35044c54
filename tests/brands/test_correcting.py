"""What people say against the scorers counts at once, is kept with its author, and is a case to measure scorers by."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from brands.correcting import NothingToCorrect, correct, withdraw, words_in
from brands.models import Answer, Brand, Correction, Score
from brands.results import by_collector
from tests.brands.answers import make_answer, make_brand, make_competitor, make_query, person
from tests.brands.test_totals import score_all

pytestmark = pytest.mark.django_db
TEXT = "Skylark is great. The skylark sings. Windy is slow, the wind maker too."


@pytest.fixture
def answer() -> Answer:
    brand = make_brand()
    make_competitor(brand)
    answer = make_answer(make_query(brand), TEXT)
    score_all([answer])
    return answer


def measures(answer: Answer, scorer: str, **entity: Any) -> dict[str, Any]:
    entity = entity or {"brand": answer.brand}
    score = Score.objects.get(answer=answer, scorer=scorer, is_current=True, **entity)
    return dict(score.measures)


def test_a_wrong_mention_is_taken_out_of_every_figure(answer: Answer) -> None:
    assert measures(answer, "mentions")["mention_count"] == 2
    at = TEXT.index("skylark")
    made = correct(
        answer, answer.brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=at, end=at + 7, note="a bird"
    )
    assert (made.words, made.author_name, made.note) == ("skylark", "ada", "a bird")
    assert measures(answer, "mentions")["mention_count"] == 1
    assert by_collector(answer.brand)[0].all_mentions == 2


def test_the_last_wrong_mention_makes_an_entity_absent(answer: Answer) -> None:
    for at in (0, TEXT.index("skylark")):
        correct(answer, answer.brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=at, end=at + 7)
    assert measures(answer, "position")["first_position"] is None
    assert measures(answer, "sentiment")["label"] is None
    assert by_collector(answer.brand)[0].visibility == 0


def test_a_missed_mention_counts_for_whom_it_names(answer: Answer) -> None:
    windy = answer.brand.competitors.get()
    start, end = words_in(answer, "the wind maker")
    correct(answer, windy, Correction.Kind.MENTION, person("ada"), start=start, end=end)
    assert measures(answer, "mentions", competitor=windy)["mention_count"] == 2
    assert [each["text"] for each in _evidence(answer, windy)] == ["Windy", "the wind maker"]


def _evidence(answer: Answer, windy: Any) -> list[dict[str, Any]]:
    return list(Score.objects.get(answer=answer, scorer="mentions", competitor=windy, is_current=True).evidence)


def test_a_corrected_sentiment_counts_with_its_author(answer: Answer) -> None:
    correct(answer, answer.brand, Correction.Kind.SENTIMENT, person("ada"), label="negative")
    found = measures(answer, "sentiment")
    assert (found["label"], found["score"], found["by"]) == ("negative", -1.0, "ada")
    assert by_collector(answer.brand)[0].sentiment == -1
    correct(answer, answer.brand, Correction.Kind.SENTIMENT, person("bob"), label="abstain")
    assert by_collector(answer.brand)[0].sentiment is None
    assert answer.corrections.filter(withdrawn_at=None).count() == 1


def test_a_withdrawn_correction_leaves_the_scorers_word(answer: Answer) -> None:
    before = measures(answer, "mentions")
    made = correct(answer, answer.brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=0, end=7)
    withdraw(made)
    withdraw(made)
    assert measures(answer, "mentions") == before
    assert Correction.objects.get().withdrawn_at is not None


def test_what_cannot_be_corrected_is_refused_in_a_sentence(answer: Answer) -> None:
    with pytest.raises(NothingToCorrect, match="no such words"):
        correct(answer, answer.brand, Correction.Kind.MENTION, person("ada"), start=0, end=1000)
    with pytest.raises(NothingToCorrect, match="Copy them"):
        words_in(answer, "swallow")
    unscored = make_answer(answer.query, "Skylark.")
    with pytest.raises(NothingToCorrect, match="not scored yet"):
        correct(unscored, answer.brand, Correction.Kind.SENTIMENT, person("ada"), label="neutral")


def test_corrections_are_cases_that_the_scorers_are_measured_by(answer: Answer, capsys: Any) -> None:
    at = TEXT.index("skylark")
    correct(answer, answer.brand, Correction.Kind.NOT_A_MENTION, person("ada"), start=at, end=at + 7)
    correct(answer, answer.brand, Correction.Kind.SENTIMENT, person("ada"), label="positive")
    call_command("evaluate", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["cases"], found["agreeing"]) == (2, 1)
    assert found["by_kind"]["sentiment"] == {"cases": 1, "agreeing": 1}
    call_command("evaluate", "--brand", answer.brand.name)
    assert "“skylark”: ada says no mention, the scorer a mention." in capsys.readouterr().out
    Brand.objects.update(rules=[{"name": "Skylark", "case_sensitive": True}])
    call_command("evaluate", "--json")
    assert json.loads(capsys.readouterr().out)["agreeing"] == 2

"""What every scorer keeps, also one that somebody adds later: it is found by its registration."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.matching import AnswerText, CitedUrl
from brands.scorer import Scorer, scorers
from tests.brands.matching.entities import entities

ENTITIES = entities("Acme", "Borealis=Boreal", "Absentia")
TEXT = "1. **Acme** is great.\n2. Borealis is slow ([acme](https://acme.example)).\n"
ALL = [pytest.param(scorer, id=name) for name, scorer in scorers.items()]


def answer(text: str) -> AnswerText:
    return AnswerText(text, "Which is best?", [CitedUrl("https://acme.example"), CitedUrl("", cited=False)])


def test_the_scorers_of_the_project_are_registered() -> None:
    assert {"citations", "mentions", "position", "sentiment"} <= set(scorers)


@pytest.mark.parametrize("scorer", ALL)
def test_a_scorer_has_a_finding_for_each_entity_in_their_order(scorer: type[Scorer]) -> None:
    assert [finding.entity for finding in scorer().score(answer(TEXT), ENTITIES)] == list(ENTITIES)
    assert scorer().score(answer(TEXT), []) == []


@pytest.mark.parametrize("scorer", ALL)
def test_a_scorer_measures_the_same_things_whether_named_or_not(scorer: type[Scorer]) -> None:
    keys = {frozenset(finding.measures) for text in (TEXT, "") for finding in scorer().score(answer(text), ENTITIES)}
    assert len(keys) == 1


@pytest.mark.parametrize("scorer", ALL)
def test_a_scorer_is_a_pure_function(scorer: type[Scorer]) -> None:
    text = answer(TEXT)
    first = scorer().score(text, ENTITIES)
    assert scorer().score_together([text, answer(""), text], ENTITIES)[::2] == [first, first]
    assert scorer().score(text, ENTITIES) == first == scorer().score(answer(TEXT), ENTITIES)
    assert scorer.name
    assert scorer().version


@pytest.mark.parametrize("scorer", ALL)
@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(text=st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("utf-8", "replace")))
def test_a_scorer_takes_any_text_and_gives_json(scorer: type[Scorer], text: str) -> None:
    for finding in scorer().score(answer(text), ENTITIES):
        json.dumps([finding.measures, finding.evidence], allow_nan=False)

import time
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.matching import AnswerText, Entity, names
from tests.brands.matching.cases import CASES as BY_GROUP
from tests.brands.matching.cases import Case
from tests.brands.matching.entities import entities
from tests.brands.matching.languages import BY_LANGUAGE

CASES = [*BY_GROUP, *(case for cases in BY_LANGUAGE.values() for case in cases)]


def count(text: str, tracked: tuple[Entity, ...]) -> tuple[int, ...]:
    found = [mention.entity for mention in AnswerText(text).mentions(tracked)]
    return tuple(found.count(entity) for entity in tracked)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.names[0]} in {case.text!r}" for case in CASES])
def test_a_name_is_found_where_it_is_meant(case: Case) -> None:
    assert count(case.text, entities(*case.names)) == case.counts


@pytest.mark.parametrize("case", CASES, ids=[f"{case.names[0]} in {case.text!r}" for case in CASES])
def test_composed_and_decomposed_text_name_the_same(case: Case) -> None:
    tracked = entities(*case.names)
    assert count(normalize("NFC", case.text), tracked) == count(normalize("NFD", case.text), tracked)


def test_there_are_many_cases() -> None:
    assert len({(case.names, case.text) for case in CASES}) == len(CASES) >= 300
    assert len(BY_LANGUAGE) >= 20


def test_a_span_is_the_originals_with_its_accents() -> None:
    [mention] = AnswerText("**Neste\u0301\u00ad**’s").mentions(entities("Nesté"))
    assert (mention.start, mention.end, mention.text) == (2, 8, "Neste\u0301")


def test_a_mention_says_under_which_name() -> None:
    mentions = AnswerText("Blinko was Grofio.").mentions(entities("Blinko=Grofio"))
    assert [(mention.alias, mention.entity.name) for mention in mentions] == [
        ("Blinko", "Blinko"),
        ("Grofio", "Blinko"),
    ]


def test_the_echoed_question_is_not_a_mention() -> None:
    text = "## Is Verdano or Borealis better?\n\nVerdano is."
    answer = AnswerText(text, "Is Verdano or Borealis better?")
    assert [mention.start for mention in answer.mentions(entities("Verdano", "Borealis"))] == [text.rindex("Verdano")]


def test_a_question_that_names_an_entity_is_told_from_one_that_does_not() -> None:
    tracked = entities("Verdano", "Apple")
    assert names("Is verdano any good?", tracked)
    assert not names("Which apple pie is best?", tracked)


def test_the_same_entities_are_not_searched_twice() -> None:
    answer = AnswerText("Verdano")
    assert answer.mentions(entities("Verdano")) is answer.mentions(list(entities("Verdano")))


def test_no_entities_and_names_of_nothing_find_nothing() -> None:
    assert AnswerText("Verdano!").mentions([]) == ()
    assert AnswerText("Verdano! ...").mentions(entities("!", "", "…")) == ()


PIECES = st.sampled_from(
    [
        "Alba",
        "alba ",
        "Alba Nova",
        "Nova",
        " Terra",
        "-",
        " ",
        ".",
        "\n",
        "é",
        "e\u0301",
        "ß",
        "*",
        "[1]",
        "花",
        "&amp;",
        "ﬁ",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text(max_size=200))
NAMES = st.lists(
    st.sampled_from(["Alba", "Alba Nova", "Nova Terra", "Terra", "Fi", "花", "Straße", "é"]), min_size=1, unique=True
)


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(TEXTS, NAMES)
def test_a_span_points_at_the_text_it_names(text: str, tracked: list[str]) -> None:
    end = 0
    for mention in AnswerText(text).mentions(entities(*tracked)):
        assert text[mention.start : mention.end] == mention.text != ""
        assert mention.start >= end
        end = mention.end


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(TEXTS, st.sampled_from(["Alba", "Nova", "Terra", "Nova Terra"]))
def test_a_shorter_alias_takes_no_longer_name_from_another(text: str, alias: str) -> None:
    longer = Entity("longer", "Alba Nova Terra", "brand")
    alone = AnswerText(text).mentions([longer])
    together = AnswerText(text).mentions([longer, Entity("other", "Other", "competitor", (alias,))])
    assert [mention for mention in together if mention.entity == longer] == list(alone)


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(st.lists(PIECES, max_size=20).map("".join), NAMES, NAMES)
def test_an_added_alias_takes_nothing_but_what_is_longer_or_comes_first(
    text: str, tracked: list[str], added: list[str]
) -> None:
    before = AnswerText(text).mentions(entities(*tracked))
    other = Entity("other", "Other", "competitor", tuple(set(added) - set(tracked)))
    after = AnswerText(text).mentions([*entities(*tracked), other])
    for lost in set(before) - set(after):
        over = [each for each in after if each.start < lost.end and lost.start < each.end]
        assert any((each.end - each.start, -each.start) >= (lost.end - lost.start, -lost.start) for each in over)


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(st.lists(PIECES, max_size=20).map("".join), NAMES)
def test_any_text_names_the_same_composed_and_decomposed(text: str, tracked: list[str]) -> None:
    assert count(normalize("NFC", text), entities(*tracked)) == count(normalize("NFD", text), entities(*tracked))


UNCLOSED = [
    "<!--",
    "【",
    "\ue200",
    "](",
    "[a](",
    "([a](b)",
    "<a",
    "`",
    "a.",
    "a@",
    "&a",
    "a",
    "aAcme",
    "1.\n",
    "| 1 |\n",
    "花",
]


@pytest.mark.parametrize("piece", UNCLOSED)
def test_a_long_answer_costs_linear_time(piece: str) -> None:
    """Something quadratic takes a minute for this text."""
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    AnswerText(text, "What is the best Acme phone?").mentions(entities("Acme", "aaa", "花花"))
    assert time.process_time() - began < 10

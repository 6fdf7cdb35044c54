from math import log10

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.matching import AnswerText
from brands.scorers.position import PositionScorer, visibility_index
from tests.brands.scorers.findings import measures

NO_STANCE = dict.fromkeys(("recommended", "compared", "warned_against"))


def position(text: str, name: str = "Acme") -> dict[str, object]:
    return measures(PositionScorer(), text, "Acme", "Borealis", "Cobalto")[name]


def test_the_first_position_counts_words_and_no_addresses() -> None:
    assert position("See [the site](https://x.example/a/b) or https://y.example first: Acme.")["first_position"] == 6
    assert position("We can't say: Acme[1]!") == {
        "first_position": 4,
        "rank": None,
        "visibility_index": pytest.approx(0.6 / log10(13) + 0.4 / 4),
        "word_count": 4,
        **dict.fromkeys(("recommended", "compared", "warned_against"), False),
    }


def test_absent_is_zero_visibility_and_an_empty_answer_is_none() -> None:
    assert position("Nobody is here.") == {
        "first_position": None,
        "rank": None,
        "visibility_index": 0.0,
        "word_count": 3,
        **NO_STANCE,
    }
    nothing = {"first_position": None, "rank": None, "visibility_index": None, "word_count": 0}
    assert position("") == nothing | NO_STANCE


@settings(deadline=None)  # the first example also compiles patterns and reads word lists
@given(st.integers(1, 10**6), st.integers(1, 10**4), st.integers(1, 10**6))
def test_the_visibility_index_is_between_0_and_1_and_falls_with_the_position(
    first: int, mentions: int, words: int
) -> None:
    nearer, farther = visibility_index(first, mentions, words), visibility_index(first + 1, mentions, words)
    assert nearer is not None
    assert farther is not None
    assert 0 <= farther <= nearer <= 1


RANKED = [
    ("1. Acme\n2. Borealis", 1, 2),
    ("1. **Acme** – cheap\n2. **Borealis** – dear", 1, 2),
    ("1) Borealis\n2) Acme", 2, 1),
    ("### 1. Borealis\nGood.\n### 2. Acme\nBad.", 2, 1),
    ("**1. Borealis**\ntext\n\n**2. Acme**", 2, 1),
    ("1. Borealis\n   - cheaper than Acme\n2. Cobalto\n3. Acme", 3, 1),
    ("1. Best overall: Borealis\n2. Best value: **Acme**", 2, 1),
    ("1. Borealis, better than Acme\n2. Cobalto", None, 1),
    ("1. The Borealis\n1. Acme\n1. Cobalto", 2, 1),
    ("3. Borealis\n2. Cobalto\n1. Acme", 1, 3),
    ("1. [Borealis](https://acme.example)\n2. [Acme](https://acme.example)", 2, 1),
    ("- Acme\n- Borealis", None, None),
    ("Our picks, ranked:\n\n- Acme\n- Borealis", 1, 2),
    ("Acme and Borealis are fine.", None, None),
    ("1. Call Acme\n2. Cancel with Borealis", None, None),
    ("1. Acme", None, None),
    ("| # | Name |\n|---|---|\n| 1 | Borealis |\n| 2 | Acme |", 2, 1),
    ("| Name | Price |\n|---|---|\n| Borealis | 1 |\n| Acme | 2 |", None, None),
    ("- Phones\n  1. Borealis\n  2. Acme", None, None),
    ("1. Cobalto\n2. Acme\n\n## Cheap\n1. Borealis\n2. Cobalto", 2, 1),
]


@pytest.mark.parametrize(("text", "acme", "borealis"), RANKED)
def test_a_rank_is_a_place_in_a_list_that_the_answer_orders(text: str, acme: int | None, borealis: int | None) -> None:
    assert (position(text)["rank"], position(text, "Borealis")["rank"]) == (acme, borealis)


def test_words_are_counted_in_every_script() -> None:
    counts = {
        "Acme can't wait": 3,
        "5G-Netz": 2,
        "ne\u0301e": 1,
        "我喜欢": 3,
        "1,299.50 is 3.5": 3,
        "&amp; <br> `code`": 0,
        "हिन्दी है": 2,
        "ソニック": 1,
    }
    assert {text: AnswerText(text).word_count for text in counts} == counts

import pytest

from brands.matching import AnswerText
from brands.matching.stances import stances
from tests.brands.matching.entities import entities

R, C, W = "recommended", "compared", "warned_against"
SAID = [
    ("I recommend Acme.", {R}, set()),
    ("We would recommend Acme and Borealis.", {R}, {R}),
    ("Acme is the best choice.", {R}, set()),
    ("Acme is a solid option for families.", {R}, set()),
    ("Acme is widely recommended.", {R}, set()),
    ("Best overall: **Acme**", {R}, set()),
    ("Our top pick is Acme.", {R}, set()),
    ("You can't go wrong with Acme.", {R}, set()),
    ("Go with Acme for the price.", {R}, set()),
    ("Avoid Acme.", {W}, set()),
    ("Stay away from Acme, Borealis and Cobalto.", {W}, {W}),
    ("I would not recommend Acme.", {W}, set()),
    ("Acme is not recommended.", {W}, set()),
    ("Acme isn't worth the money.", {W}, set()),
    ("Don't buy Acme.", {W}, set()),
    ("Acme should be avoided.", {W}, set()),
    ("Experts warn against using Acme.", {W}, set()),
    ("Acme is cheaper than Borealis.", {C}, {C}),
    ("Unlike Acme, Borealis is quick.", {C}, {C}),
    ("Acme vs. Borealis", {C}, {C}),
    ("Compared to Acme, Borealis is slow.", {C}, {C}),
    ("Avoid Acme and choose Borealis.", {W}, {R}),
    ("Acme sells phones.", set(), set()),
    ("Acme was founded in 1990 and Borealis in 1991.", set(), set()),
    ("If you choose Acme, call them.", set(), set()),
    ("Ich empfehle Acme.", {R}, set()),
    ("Acme ist nicht zu empfehlen.", {W}, set()),
    ("Im Vergleich zu Acme ist Borealis teuer.", {C}, set()),
    ("Je recommande Acme.", {R}, set()),
    ("Recomiendo Acme.", {R}, set()),
    ("Evite Acme.", {W}, set()),
]


@pytest.mark.parametrize(("text", "acme", "borealis"), SAID)
def test_a_sentence_says_what_stance_it_takes(text: str, acme: set[str], borealis: set[str]) -> None:
    tracked = entities("Acme", "Borealis", "Cobalto")
    answer = AnswerText(text)
    found = stances(answer, answer.mentions(tracked))
    assert {each.stance for each in found if each.entity == tracked[0]} == acme
    assert {each.stance for each in found if each.entity == tracked[1]} == borealis


def test_the_evidence_is_the_sentence_that_says_it() -> None:
    text = "Acme is old. I recommend Acme. It rains."
    answer = AnswerText(text)
    [said] = stances(answer, answer.mentions(entities("Acme")))
    assert text[said.start : said.end] == "I recommend Acme."

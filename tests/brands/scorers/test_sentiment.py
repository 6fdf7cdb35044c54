from collections.abc import Sequence

import pytest

from brands.matching import AnswerText, Entity
from brands.scorers.sentiment import SentimentScorer
from brands.sentiment.choice import default_judge
from brands.sentiment.evaluation import Row, evaluate, read_rows
from brands.sentiment.judge import ABSTAIN, Judge, Mentioned, Opinion
from brands.sentiment.lexicon_judge import LexiconJudge
from tests.brands.matching.entities import entities
from tests.brands.scorers.findings import measures

NAMES = ("Acme", "Borealis")
POS, NEU, NEG, ABS = "positive", "neutral", "negative", "abstain"
LABELLED = [
    ("Acme is great, but Borealis is terrible.", POS, NEG),
    ("Acme is better than Borealis for most people.", POS, NEG),
    ("Borealis is slower than Acme.", POS, NEG),
    ("Unlike Borealis, Acme is reliable and fast.", POS, NEG),
    ("Acme beats Borealis on price.", POS, NEG),
    ("Choose Acme over Borealis.", POS, NEG),
    ("Acme is affordable and Borealis is expensive.", POS, NEG),
    ("Acme and Borealis are both excellent.", POS, POS),
    ("Acme is not recommended.", NEG, None),
    ("Acme isn’t bad.", POS, None),
    ("Although Borealis is cheap, Acme is terrible.", NEG, POS),
    ("Acme has wide coverage. It is expensive and unreliable.", NEG, None),
    ("1. **Acme**\n   - Excellent coverage\n2. **Borealis**\n   - Terrible support", POS, NEG),
    ("## Acme\n\nThe service is awful.\n\n## Borealis\n\nLovely people.", NEG, POS),
    ("## Acme vs Borealis\n\nThe weather is awful.", ABS, ABS),
    ("| Acme | Excellent |\n| Borealis | Poor |", POS, NEG),
    ("Acme has a hundred shops in ten countries.", NEU, None),
    ("Acme", ABS, None),
    ("Acme ist sehr gut und nicht teuer.", ABS, None),
    ("Acmeはとても良い会社です。", ABS, None),
    ("Nobody is terrible.", None, None),
]


@pytest.mark.parametrize(("text", "acme", "borealis"), LABELLED)
def test_what_is_said_of_one_is_not_said_of_its_rival(text: str, acme: str | None, borealis: str | None) -> None:
    found = measures(SentimentScorer(LexiconJudge()), text, *NAMES)
    assert (found["Acme"]["label"], found["Borealis"]["label"]) == (acme, borealis)


def test_the_quote_is_the_sentence_word_for_word() -> None:
    text = "Acme is old. **Acme** is *excellent* [1]! Borealis is awful."
    finding, _ = SentimentScorer(LexiconJudge()).score(AnswerText(text), entities(*NAMES))
    assert finding.measures["quote"] == "Acme** is *excellent* [1]!"
    assert all(text[item["start"] : item["end"]] == item["quote"] for item in finding.evidence)


def test_absent_is_none_and_abstained_has_no_score() -> None:
    found = measures(SentimentScorer(LexiconJudge()), "Acme", *NAMES)
    assert found["Acme"] == {"label": "abstain", "score": None, "quote": "Acme"}
    assert found["Borealis"] == {"label": None, "score": None, "quote": None}


def test_a_name_is_no_opinion() -> None:
    assert (
        measures(SentimentScorer(LexiconJudge()), "Best Love sells chairs in ten towns.", "Best Love")["Best Love"][
            "label"
        ]
        == NEU
    )


class Wavering(Judge):
    """Leans to positive always, is the surer the longer a text, and abstains below one half."""

    version = "wavering"

    def opinions(self, answers: Sequence[Mentioned]) -> list[dict[Entity, Opinion]]:
        return [{mentions[0].entity: self._opinion(len(answer.text) / 10)} for answer, mentions in answers]

    def _opinion(self, sure: float) -> Opinion:
        return Opinion("positive" if sure >= 0.5 else ABSTAIN, sure if sure >= 0.5 else None, (), "positive", sure)


def test_every_row_counts_in_an_evaluation_and_those_with_a_label_apart() -> None:
    rows = [Row("Ab" + "c" * length, "Ab", POS) for length in range(3, 8)]
    rows += [Row("Ab", "Ab", NEG), *(Row("Abcdefgh", "Ab", NEG, 0, 2) for _ in range(4))]
    figures = evaluate(rows, Wavering())
    assert (figures["rows"], figures["accuracy"], figures["share_abstained"]) == (10, 0.5, 0.1)
    assert figures["labels"][POS] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(0.6667)}
    assert figures["macro_f1"] == pytest.approx(0.6667 / 3, abs=1e-3)
    assert figures["answered"] == figures["surest_nine_tenths"] == {"accuracy": 0.5556, "macro_f1": 0.2381}


def test_a_target_that_the_text_does_not_hold_is_an_abstention() -> None:
    assert evaluate([Row("Nobody is great.", "Acme", NEU)], LexiconJudge())["share_abstained"] == 1.0


@pytest.mark.parametrize("judge", [LexiconJudge(), default_judge()], ids=["lexicon", "default"])
def test_the_version_of_a_score_is_its_judges(judge: Judge) -> None:
    assert SentimentScorer(judge).version == judge.version
    assert len(judge.version) <= 50


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{}", "Line 1 is not a row"),
        ("[]", "Line 1 is not a row"),
        ("x", "Line 1 is not a row"),
        ('{"text": "a", "target": "a", "label": "good"}', "Line 1: the label is 'good'"),
    ],
)
def test_a_line_that_is_no_row_is_named(line: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_rows([line])

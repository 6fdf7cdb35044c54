import pytest

from brands.matching import AnswerText
from brands.scorers.mentions import MentionsScorer
from tests.brands.matching.entities import entities
from tests.brands.scorers.findings import measures


def test_mentions_are_counted_shared_and_put_in_order() -> None:
    found = measures(MentionsScorer(), "Borealis, Acme and Borealis again.", "Acme", "Borealis", "Cobalto")
    assert found == {
        "Acme": {"mention_count": 1, "share_of_answers": pytest.approx(33.3333), "order": 2},
        "Borealis": {"mention_count": 2, "share_of_answers": pytest.approx(66.6667), "order": 1},
        "Cobalto": {"mention_count": 0, "share_of_answers": 0, "order": None},
    }


def test_there_is_no_share_where_nobody_is_named() -> None:
    assert measures(MentionsScorer(), "Nobody.", "Acme")["Acme"]["share_of_answers"] is None


def test_the_evidence_is_where_the_name_stands() -> None:
    [finding] = MentionsScorer().score(AnswerText("See **Acme**."), entities("Ak=Acme"))
    assert finding.evidence == [
        {"start": 6, "end": 10, "text": "Acme", "alias": "Acme", "rule": "", "sentence": "See **Acme**."}
    ]

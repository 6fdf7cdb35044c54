"""What an answer says about each entity, as far as a lexicon can read it: needs nothing but word lists."""

import re
from collections import defaultdict
from collections.abc import Sequence

from brands.matching import AnswerText, Entity, Mention
from brands.sentiment.clauses import Evidence, sentence_evidence, valence
from brands.sentiment.judge import ABSTAIN, NEGATIVE, NEUTRAL, POSITIVE, Judge, Mentioned, Opinion, Said
from brands.sentiment.passages import Passage, is_english, passages

_WORD = re.compile(r"[^\W\d_]+")
_CLEAR = 0.05  # VADER's: a score nearer to 0 is no opinion
_ENOUGH_WORDS = 6  # of a sentence without an opinion word, to call it neutral and not too thin


class LexiconJudge(Judge):
    version = "lexicon-1"

    def opinions(self, answers: Sequence[Mentioned]) -> list[dict[Entity, Opinion]]:
        return [_opinions(*answer) for answer in answers]


def _opinions(answer: AnswerText, mentions: Sequence[Mention]) -> dict[Entity, Opinion]:
    said: dict[Entity, list[Said]] = defaultdict(list)
    for passage in passages(answer, mentions):
        for entity, evidence in _by_entity(_evidence(answer.visible, passage)).items():
            said[entity].append(_said(answer.visible, passage.start, passage.end, evidence))
    english = is_english(answer, mentions)
    return {entity: _opinion(sentences, english) for entity, sentences in said.items()}


def _evidence(text: str, passage: Passage) -> list[Evidence]:
    if passage.entity is not None:
        return [Evidence(passage.entity, *valence(text[passage.start : passage.end]))]
    return sentence_evidence(text, passage.start, passage.end, passage.mentions)


def _by_entity(evidence: Sequence[Evidence]) -> dict[Entity, list[Evidence]]:
    found: dict[Entity, list[Evidence]] = defaultdict(list)
    for item in evidence:
        found[item.entity].append(item)
    return found


def _said(text: str, start: int, end: int, evidence: Sequence[Evidence]) -> Said:
    total = sum(item.valence for item in evidence)
    opinionated = any(item.opinion_words for item in evidence)
    score = total / (total * total + 15) ** 0.5 if opinionated else None  # VADER's normalisation
    return Said(start, end, score, len(_WORD.findall(text, start, end)))


def _opinion(said: Sequence[Said], english: bool) -> Opinion:
    scores = [item.score for item in said if item.score is not None]
    if not english or not (scores or any(item.words >= _ENOUGH_WORDS for item in said)):
        return Opinion(ABSTAIN, None, tuple(said))
    score = sum(scores) / len(scores) if scores else 0.0
    label = POSITIVE if score >= _CLEAR else NEGATIVE if score <= -_CLEAR else NEUTRAL
    return Opinion(label, score, tuple(said), label)

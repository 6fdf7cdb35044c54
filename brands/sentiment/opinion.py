"""What an answer says about each entity, as far as a lexicon can read it."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from brands.matching import AnswerText, Entity, Mention
from brands.matching.language import reads_english
from brands.sentiment.clauses import Evidence, sentence_evidence, valence
from brands.sentiment.sections import Sections

POSITIVE, NEUTRAL, NEGATIVE, ABSTAIN = "positive", "neutral", "negative", "abstain"
_PRONOUN = re.compile(r"[\W_]*(?:it|its|it's|they|their|they're|the (?:company|brand|service|carrier|product))\b", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_CLEAR = 0.05  # VADER's: a score nearer to 0 is no opinion
_ENOUGH_WORDS = 6  # of a sentence without an opinion word, to call it neutral and not too thin


@dataclass(frozen=True, slots=True)
class Said:
    """What the sentence at `start:end` of the answer says about an entity: −1…1, None where no word says anything."""

    start: int
    end: int
    score: float | None
    words: int


@dataclass(frozen=True, slots=True)
class Opinion:
    label: str
    score: float | None  # None: abstained
    said: tuple[Said, ...]

    @property
    def strongest(self) -> Said:
        """The sentence that speaks most clearly for the label."""
        sign = -1 if self.label == NEGATIVE else 1
        if self.label in (POSITIVE, NEGATIVE):
            return max(self.said, key=lambda said: sign * (said.score or 0))
        return max(self.said, key=lambda said: said.words)


def opinions(answer: AnswerText, mentions: Sequence[Mention]) -> dict[Entity, Opinion]:
    """The opinion about each entity that is mentioned."""
    said: dict[Entity, list[Said]] = defaultdict(list)
    sections = Sections(answer.visible, mentions)
    starts = [mention.start for mention in mentions]
    before: list[Entity] = []
    for start, end in answer.sentences:
        named = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
        before = _read(answer.visible, start, end, named, before, sections.owner(start), said)
    english = reads_english(answer.visible)
    return {entity: _opinion(sentences, english) for entity, sentences in said.items()}


def _read(
    text: str,
    start: int,
    end: int,
    named: Sequence[Mention],
    before: list[Entity],
    owner: Entity | None,
    said: dict[Entity, list[Said]],
) -> list[Entity]:
    """Add what one sentence says; return the entities that a pronoun in the next one may stand for."""
    if named:
        for entity, evidence in _by_entity(sentence_evidence(text, start, end, named)).items():
            said[entity].append(_said(text, start, end, evidence))
        return list(dict.fromkeys(mention.entity for mention in named))
    if owner is None and len(before) == 1 and _PRONOUN.match(text, start, end):
        owner = before[0]
    if owner is not None:
        said[owner].append(_said(text, start, end, [Evidence(owner, *valence(text[start:end]))]))
    return [owner] if owner else []


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
    return Opinion(label, score, tuple(said))

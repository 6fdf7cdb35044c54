"""What answers say about each entity, read by the small network that ships with the project. The default judge."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from brands.matching import AnswerText, Entity, Mention
from brands.sentiment.encoding import encoded
from brands.sentiment.judge import ABSTAIN, Judge, Mentioned, Opinion, Said
from brands.sentiment.passages import Passage, is_english, passages, without
from brands.sentiment.trained_model import OUTPUTS, Chances, Model

_READING = "1"  # change it when what the network is shown, or what is made of its chances, changes
_MARKUP = str.maketrans(dict.fromkeys("*_`#>~", " ") | {"|": ","})
_WORD = re.compile(r"[^\W\d_]+")
_SAYS = re.compile(r"\b(?!(?:and|or|vs|versus|the)\b)[^\W\d_]+", re.IGNORECASE)  # a word beside the names
_ASIDE = 0.1  # what a sentence that says neither counts beside one that says something


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence of an answer as the network is shown it for one entity; `shown` is empty where there is nothing to
    read."""

    start: int
    end: int
    words: int
    shown: tuple[int, ...]


class TrainedJudge(Judge):
    def __init__(self, model: Model) -> None:
        self.model = model
        self.version = f"{model.card.version}.{_READING}-{model.card.sha256[:8]}"

    def opinions(self, answers: Sequence[Mentioned]) -> list[dict[Entity, Opinion]]:
        read = [_by_entity(*answer) for answer in answers]
        readings = (reading for entities in read for some in entities.values() for reading in some)
        shown = list(dict.fromkeys(reading.shown for reading in readings if reading.shown))
        chances = dict(zip(shown, self.model.chances(shown), strict=True))
        certain = self.model.card.certain
        return [{entity: _opinion(some, chances, certain) for entity, some in entities.items()} for entities in read]


def _by_entity(answer: AnswerText, mentions: Sequence[Mention]) -> dict[Entity, list[Reading]]:
    english = is_english(answer, mentions)
    found: dict[Entity, list[Reading]] = defaultdict(list)
    for passage in passages(answer, mentions):
        words = len(_WORD.findall(answer.visible, passage.start, passage.end))
        for entity, shown in _shown(answer.visible, passage):
            found[entity].append(Reading(passage.start, passage.end, words, shown if english else ()))
    return found


def _shown(text: str, passage: Passage) -> Iterator[tuple[Entity, tuple[int, ...]]]:
    """The sentence for each entity that it is about, with the entity's first mention, or what stands for it, marked."""
    sentence = text[passage.start : passage.end].translate(_MARKUP)
    if passage.entity is not None:
        name = passage.entity.name
        start, end = passage.pronoun or (passage.start, passage.start + len(name))
        text = sentence if passage.pronoun else f"{name}: {sentence}"
        yield passage.entity, tuple(encoded(text, start - passage.start, end - passage.start))
        return
    spans = [(mention.start - passage.start, mention.end - passage.start) for mention in passage.mentions]
    only_names = not _SAYS.search(without(sentence, spans))
    seen: set[Entity] = set()
    for mention, span in zip(passage.mentions, spans, strict=True):
        if mention.entity not in seen:
            seen.add(mention.entity)
            yield mention.entity, () if only_names else tuple(encoded(sentence, *span))


def _opinion(readings: Sequence[Reading], chances: Mapping[tuple[int, ...], Chances], certain: float) -> Opinion:
    said: list[Said] = []
    sums, total = [0.0] * len(OUTPUTS), 0.0
    for reading in readings:
        score = None
        if reading.shown:
            negative, neutral, positive = chances[reading.shown]
            score, weight = positive - negative, 1 - neutral + _ASIDE
            sums = [held + weight * chance for held, chance in zip(sums, chances[reading.shown], strict=True)]
            total += weight
        said.append(Said(reading.start, reading.end, score, reading.words))
    if not total:
        return Opinion(ABSTAIN, None, tuple(said))
    negative, neutral, positive = mean = [held / total for held in sums]
    confidence = max(mean)
    leaning = OUTPUTS[mean.index(confidence)]
    if confidence < certain:
        return Opinion(ABSTAIN, None, tuple(said), leaning, confidence)
    return Opinion(leaning, positive - negative, tuple(said), leaning, confidence)

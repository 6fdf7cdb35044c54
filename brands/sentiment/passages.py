"""The sentences of an answer that speak of entities: by name, by a pronoun, or under their heading."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from brands.matching import AnswerText, Entity, Mention
from brands.matching.language import reads_english
from brands.sentiment.sections import Sections

_PRONOUN = re.compile(
    r"[\W_]*(?P<pronoun>it's|its|it|they're|their|they|the (?:company|brand|service|carrier|product))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, `start:end` of the answer.

    It has `mentions`, or it is about one `entity` that it does not name: `pronoun` is the span of the word that stands
    for it, None where the sentence is in the entity's section.
    """

    start: int
    end: int
    mentions: Sequence[Mention] = ()
    entity: Entity | None = None
    pronoun: tuple[int, int] | None = None


def passages(answer: AnswerText, mentions: Sequence[Mention]) -> Iterator[Passage]:
    """In the order of the answer."""
    sections = Sections(answer.visible, mentions)
    starts = [mention.start for mention in mentions]
    before: list[Entity] = []
    for start, end in answer.sentences:
        named = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
        if named:
            yield Passage(start, end, named)
            before = list(dict.fromkeys(mention.entity for mention in named))
            continue
        entity = sections.owner(start)
        found = _PRONOUN.match(answer.visible, start, end) if len(before) == 1 and entity in (None, *before) else None
        entity = before[0] if found else entity
        if entity:
            yield Passage(start, end, (), entity, found.span("pronoun") if found else None)
        before = [entity] if entity else []


def is_english(answer: AnswerText, mentions: Sequence[Mention]) -> bool:
    """Whether a judge who reads English alone can read the answer: its names are of no language."""
    return reads_english(without(answer.visible, [(mention.start, mention.end) for mention in mentions]))


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text between the spans, which are in order."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))

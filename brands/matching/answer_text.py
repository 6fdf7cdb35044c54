"""An answer as scorers see it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from brands.matching.entity import CitedUrl, Entity, Mention, Ruling
from brands.matching.exclusions import Span, blanked, excluded_spans
from brands.matching.matcher import matcher_for
from brands.matching.rulings import ruled
from brands.matching.sentences import sentence_spans
from brands.matching.text import ComparableText
from brands.matching.words import word_starts


class AnswerText:
    """An answer's text, the question behind it and its citations. Nothing is computed twice; do not change it.

    All offsets are those of `text` as it came. `rulings` are what people say of single places: they go before the
    matcher's finds.
    """

    def __init__(
        self, text: str, question: str = "", citations: Iterable[CitedUrl] = (), rulings: Iterable[Ruling] = ()
    ) -> None:
        self.text = text
        self.question = question
        self.citations = tuple(citations)
        self.rulings = tuple(rulings)
        self._mentions: dict[tuple[Entity, ...], tuple[Mention, ...]] = {}

    @cached_property
    def _without_links(self) -> list[Span]:
        return excluded_spans(self.text)

    @cached_property
    def _comparable(self) -> ComparableText:
        hidden = excluded_spans(self.text, self.question) if self.question else self._without_links
        return ComparableText(self.text, hidden)

    @cached_property
    def visible(self) -> str:
        """The text with spaces in place of addresses, footnotes, code and tags. Offsets stay."""
        return blanked(self.text, self._without_links)

    @cached_property
    def word_starts(self) -> list[int]:
        return word_starts(self.visible)

    @property
    def word_count(self) -> int:
        return len(self.word_starts)

    @cached_property
    def sentences(self) -> list[Span]:
        return sentence_spans(self.visible)

    def sentence_at(self, offset: int) -> str:
        """The sentence that an offset is in, as it came; "" between sentences."""
        at = bisect_right(self.sentences, (offset, len(self.text))) - 1
        if at < 0 or self.sentences[at][1] <= offset:
            return ""
        start, end = self.sentences[at]
        return self.text[start:end]

    def word_index(self, offset: int) -> int:
        """The 1-based number of the word that stands at an offset."""
        return max(1, bisect_right(self.word_starts, offset))

    def mentions(self, entities: Sequence[Entity]) -> tuple[Mention, ...]:
        """Every mention of these entities in the order of the text; none overlaps another."""
        key = tuple(entities)
        if key not in self._mentions:
            found = matcher_for(key).mentions(self._comparable, lambda: self.sentences)
            self._mentions[key] = ruled(found, self.rulings, key, self.text) if self.rulings else found
        return self._mentions[key]


def names(text: str, entities: Sequence[Entity]) -> bool:
    """Whether a short text, such as a question, names one of the entities."""
    return bool(AnswerText(text).mentions(entities))

"""Whether the words round a name are those that its rule asks for."""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from brands.matching.entity import NameRule
from brands.matching.exclusions import Span
from brands.matching.text import fold

Sentences = Callable[[], list[Span]]


class Context:
    """The words of one answer. `text` is its folded form; `sentences` are spans of `original`."""

    def __init__(self, text: str, original: str, sentences: Sentences) -> None:
        self._text = text
        self._original = original
        self._sentences = sentences
        self._required: dict[tuple[str, ...], bool] = {}

    def allows(self, rule: NameRule, start: int) -> bool:
        """Whether a name under this rule may count at this place of the original."""
        return self._has_required(rule.required) and not self._has_excluded(rule.excluded, start)

    def _has_required(self, words: tuple[str, ...]) -> bool:
        if not words:
            return True
        if words not in self._required:
            self._required[words] = _any_of(words).search(self._text) is not None
        return self._required[words]

    def _has_excluded(self, words: tuple[str, ...], start: int) -> bool:
        if not words:
            return False
        sentences = self._sentences()
        at = bisect_right(sentences, (start, len(self._original))) - 1
        if at < 0:
            return False
        first, last = sentences[at]
        return _any_of(words).search(fold(self._original[first:last])) is not None


@lru_cache(maxsize=1024)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Each as a whole word or, with an s at its end, its plural."""
    folded = sorted({fold(word).strip() for word in words} - {""}, key=len, reverse=True)
    if not folded:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, folded))})s?(?![^\W_])")

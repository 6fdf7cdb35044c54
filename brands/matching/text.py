"""Text made comparable, with the way back to the characters it came from."""

import re
from bisect import bisect_right
from html import unescape
from unicodedata import combining

from brands.matching.characters import BARRIER, FOLDED, SCRIPT, ZERO_WIDTH_NON_JOINER
from brands.matching.exclusions import Span

_SPECIAL = re.compile(r"[^\x00-\x7f]|\*+|\\(?=[!-/:-@\[-`{-~])|&#?\w{1,10};")


def fold(text: str) -> str:
    """`text` as it is compared: NFKC, case and accents folded, one kind of hyphen, quote and space."""
    return ComparableText(text, []).text


class ComparableText:
    """`text` is the folded form of `original`, in which each hidden span is one barrier.

    Where one character became one character nothing is recorded. Each other piece is recorded as its start in
    `text`, its start and its end in `original`; the text after it as its two starts, with 0 for the end.
    """

    def __init__(self, original: str, hidden: list[Span]) -> None:
        self.original = original
        self._parts: list[str] = []
        self._length = 0
        self._starts = [0]
        self._origins = [0]
        self._ends = [0]
        at = 0
        for start, end in hidden:
            self._fold(at, start)
            self._replace(start, end, BARRIER)
            at = end
        self._fold(at, len(original))
        self.text = "".join(self._parts)

    def _fold(self, start: int, end: int) -> None:
        original, at = self.original, start
        for special in _SPECIAL.finditer(original, start, end):
            first, last = special.span()
            if first > at:
                self._keep(original[at:first].lower())
            at = last
            char = special.group()
            folded = self._folded(char, first)
            if last - first == 1 == len(folded):
                self._keep(folded)
            else:
                self._replace(first, last, folded)
        if end > at:
            self._keep(original[at:end].lower())

    def _folded(self, chars: str, at: int) -> str:
        if chars == ZERO_WIDTH_NON_JOINER and at and SCRIPT[self.original[at - 1]] == "ARABIC":
            return "-"  # in Persian it parts a word from its ending
        if chars[0] == "&":
            return "".join(FOLDED[char] if char > "\x7f" else char.lower() for char in unescape(chars))
        return FOLDED[chars] if chars > "\x7f" else ""

    def _keep(self, folded: str) -> None:
        self._parts.append(folded)
        self._length += len(folded)

    def _replace(self, start: int, end: int, folded: str) -> None:
        if folded:
            self._record(start, end)
            self._keep(folded)
        self._record(end, 0)

    def _record(self, origin: int, source_end: int) -> None:
        if self._starts[-1] == self._length:
            self._origins[-1], self._ends[-1] = origin, source_end
        else:
            self._starts.append(self._length)
            self._origins.append(origin)
            self._ends.append(source_end)

    def span(self, start: int, end: int) -> Span:
        """The span of the original that `text[start:end]` came from, with the accents on its last letter."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        source_start = self._origins[first] + (0 if self._ends[first] else start - self._starts[first])
        source_end = self._ends[last] or self._origins[last] + end - self._starts[last]
        while source_end < len(self.original) and combining(self.original[source_end]):
            source_end += 1
        return source_start, source_end

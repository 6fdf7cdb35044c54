"""Sentences of an answer: lines of Markdown, parted at full stops."""

import re

from brands.matching.exclusions import Span

_END = re.compile(r"\n+|(?<=[。！？])|[.!?…]+[\"'”’»)\]*_]*(?=[ \t]+(?:[^\Wa-z]|[\"'“‘«(\[*_•\-]|[^\x00-\x7f]))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|etc|approx|no|inc|ltd|co|corp|dr|mr|mrs|ms|st|prof|sr|jr|u\.s|u\.k|z\.b|bzw|ca)|\b[A-Z]|^\s*\d{1,3})\.$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[ \t>#*_\-+•|]*(?:\d{1,3}[.)][ \t]+)?[*_]*")


def sentence_spans(visible: str) -> list[Span]:
    """The spans of the sentences, without the markup before them, in order."""
    spans: list[Span] = []
    start = 0
    for end in _END.finditer(visible):
        if end.group()[:1] == "." and _ABBREVIATION.search(visible[max(start, end.end() - 12) : end.end()]):
            continue
        _add(visible, start, end.end(), spans)
        start = end.end()
    _add(visible, start, len(visible), spans)
    return spans


def _add(visible: str, start: int, end: int, spans: list[Span]) -> None:
    start = _start(visible, start, end)
    while end > start and visible[end - 1] in " \t\n\r*_|":
        end -= 1
    if end > start:
        spans.append((start, end))


def _start(visible: str, start: int, end: int) -> int:
    markup = _MARKUP.match(visible, start, end)
    return markup.end() if markup else start

"""What makes a row look a little different each time: the network is to learn sentences, not names or spellings."""

import random
import re
from dataclasses import replace

from brands.matching.sentences import sentence_spans
from training.names import invented_name
from training.rows import LabelledRow

_NEGATED = re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|wo|would|could|should|ca)n['’]t\b", re.IGNORECASE)
_RENAMED, _ALONE, _NEIGHBOUR, _TREEBANK = 0.15, 0.5, 0.1, 0.1
_SHORT = 160  # characters; a longer text gets no neighbour


def varied(row: LabelledRow, other: LabelledRow, chance: random.Random) -> LabelledRow:
    """The row, perhaps with another name, without its other sentences, next to another text, or respelt."""
    if chance.random() < _ALONE:
        row = own_sentence(row)
    if row.target[:1].isupper() and chance.random() < _RENAMED:
        row = _named(row, invented_name(chance))
    if chance.random() < _TREEBANK:
        row = _treebank(row)
    if len(row.text) + len(other.text) < _SHORT and chance.random() < _NEIGHBOUR:
        row = _beside(row, other.text, chance.random() < 0.5)
    return row


def own_sentence(row: LabelledRow) -> LabelledRow:
    for start, end in sentence_spans(row.text):
        if start <= row.start and row.end <= end:
            return replace(row, text=row.text[start:end], start=row.start - start, end=row.end - start)
    return row


def _named(row: LabelledRow, name: str) -> LabelledRow:
    return replace(row, text=row.text[: row.start] + name + row.text[row.end :], end=row.start + len(name))


def _treebank(row: LabelledRow) -> LabelledRow:
    """ "don't" as "do n't": some texts come parted like that."""
    before = _NEGATED.sub(r"\1 n't", row.text[: row.start])
    after = _NEGATED.sub(r"\1 n't", row.text[row.end :])
    return replace(row, text=before + row.target + after, start=len(before), end=len(before) + len(row.target))


def _beside(row: LabelledRow, other: str, first: bool) -> LabelledRow:
    if first:
        return replace(row, text=f"{row.text} {other}")
    shift = len(other) + 1
    return replace(row, text=f"{other} {row.text}", start=row.start + shift, end=row.end + shift)

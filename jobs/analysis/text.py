"""Text of a file in whatever encoding it has."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobs.analysis.source import HEAD, Measured, Source, encoding_by_mark
from jobs.analysis.table import Remark

PIECE = 1024 * 1024
MOST_DAMAGED = 0.25  # for each whole character beyond ASCII, before text is taken for another encoding


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    damaged: int = 0  # characters that do not belong there and are replaced

    @property
    def remarks(self) -> list[Remark]:
        if self.damaged:
            words = f"{self.damaged} characters are not {self.name.upper()} and were replaced by �."
            return [Remark("encoding", words, self.damaged)]
        if self.name in ("utf-8", "utf-8-sig"):
            return []
        called = {"cp1252": "Windows-1252 (Western European)"}.get(self.name, self.name.upper())
        return [Remark("encoding", f"The text is not UTF-8; it was read as {called}.", 0)]


def encoding_of(source: Source) -> Encoding:
    """UTF-8 or UTF-16 by mark or content; what is no UTF-8 is taken for Windows-1252."""
    with source.bytes() as stream:
        name = encoding_by_mark(stream.read(HEAD) or b"")
    if name.startswith("utf-16"):
        return Encoding(name)
    with source.bytes() as stream:
        damaged, whole = _characters(stream)
    return Encoding(name, damaged) if damaged <= whole * MOST_DAMAGED else Encoding("cp1252")


def _characters(stream: Measured) -> tuple[int, int]:
    """Of those beyond ASCII: how many are no UTF-8, and how many are. In other encodings hardly any is."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    damaged = beyond = 0
    while True:
        piece = stream.read(PIECE) or b""
        text = decoder.decode(piece, final=not piece)
        if not text.isascii():
            damaged += text.count("\ufffd")
            beyond += len(text) - len(text.encode("ascii", "ignore"))
        if not piece:
            return damaged, beyond - damaged


@contextmanager
def lines_of(source: Source, encoding: Encoding) -> Iterator[tuple[Iterator[str], Measured]]:
    """The lines with their ends, without NUL characters, and the stream that says how far they are."""
    with source.bytes() as stream:
        buffered = io.BufferedReader(stream, PIECE)
        text = io.TextIOWrapper(buffered, encoding=encoding.name, errors="replace", newline="")
        yield (line.replace("\0", "") if "\0" in line else line for line in text), stream

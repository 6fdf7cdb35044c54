"""Text of a file in whatever encoding it has."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobs.analysis.source import HEAD, Measured, Source, encoding_by_mark
from jobs.analysis.table import Remark

PIECE = 1024 * 1024
MOST_DAMAGED = 1e-4  # share of bytes that may be damaged in UTF-8 before it is taken for another encoding


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    damaged: int = 0  # bytes that do not belong there and are replaced

    @property
    def remarks(self) -> list[Remark]:
        if self.damaged:
            words = f"{self.damaged} bytes are not {self.name.upper()} and were replaced by �."
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
        damaged, size = _damaged(stream)
    if damaged <= max(size * MOST_DAMAGED, 0) and (damaged == 0 or size > PIECE):
        return Encoding(name, damaged)
    return Encoding("cp1252")


def _damaged(stream: Measured) -> tuple[int, int]:
    """Bytes that are not UTF-8, and all bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    bad = size = 0
    while piece := stream.read(PIECE):
        size += len(piece)
        bad += decoder.decode(piece).count("\ufffd") if not piece.isascii() else 0
    return bad + decoder.decode(b"", True).count("\ufffd"), size


@contextmanager
def lines_of(source: Source, encoding: Encoding) -> Iterator[tuple[Iterator[str], Measured]]:
    """The lines with their ends, without NUL characters, and the stream that says how far they are."""
    with source.bytes() as stream:
        buffered = io.BufferedReader(stream, PIECE)
        text = io.TextIOWrapper(buffered, encoding=encoding.name, errors="replace", newline="")
        yield (line.replace("\0", "") if "\0" in line else line for line in text), stream

"""What a file is, told by its content and never by its name, and its bytes behind a bound."""

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from jobs.errors import JobError

HEAD = 64 * 1024  # bytes that are looked at
MIB = 1024 * 1024
FOREIGN = {  # first bytes of what is often taken for a table
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\xd0\xcf\x11\xe0": "an old Office document (.xls, .doc); save it as XLSX",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an XZ archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
Step = Callable[[int, str], None]  # percent that are done, and what is done next; it may raise to stop
UNPRINTABLE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Unreadable(JobError):
    """This file cannot be read as a table."""


class Kind(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    JSON_LINES = "jsonl"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class File:
    path: Path
    name: str  # as its owner calls it; never a path


@dataclass(frozen=True, slots=True)
class Source:
    """A file, what it holds, and the bytes that it may have at most when it is unpacked."""

    path: Path
    kind: Kind
    is_gzip: bool
    most_bytes: int

    @contextmanager
    def bytes(self) -> Iterator["Measured"]:
        """Its content, unpacked. Raises Unreadable where that is larger than it may be, or ends too early."""
        with self.path.open("rb") as file:
            unpacked: Any = gzip.open(file) if self.is_gzip else file  # noqa: SIM115  (it closes with the file)
            try:
                yield Measured(unpacked, file, self.path.stat().st_size, self.most_bytes)
            except (EOFError, gzip.BadGzipFile, zlib.error):
                raise Unreadable("The file is cut off or damaged: its gzip stream does not end as it should.") from None


class Measured(io.RawIOBase):
    """Counts what was unpacked, and says how far the packed file was read."""

    def __init__(self, unpacked: Any, file: IO[bytes], size: int, most: int) -> None:
        self._unpacked, self._file, self._size, self._left, self._most = unpacked, file, size, most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._unpacked.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise Unreadable(f"Unpacked, the file has more than {self._most // MIB} MB, which is the most.")
        buffer[: len(piece)] = piece
        return len(piece)

    @property
    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        return min(self._file.tell() / max(self._size, 1), 1.0)


def recognise(path: Path, most_bytes: int) -> Source:
    """What the file holds.

    Raises:
        Unreadable: it is empty, no table, or of a kind that is not read; a sentence for the person who uploaded it.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Unreadable("The file is empty.")
    if head.startswith(b"PK"):
        return Source(path, _zipped(path), False, most_bytes)
    packed = Source(path, Kind.CSV, head.startswith(b"\x1f\x8b"), most_bytes)
    if packed.is_gzip:
        with packed.bytes() as stream:
            head = stream.read(HEAD) or b""
        if not head:
            raise Unreadable("The file is empty once it is unpacked.")
        if head.startswith((b"PK", b"\x1f\x8b")):
            raise Unreadable("The file is packed twice. Upload the table itself, or gzip it once.")
    return Source(path, _kind_of_text(head), packed.is_gzip, most_bytes)


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        raise Unreadable("The file begins as an XLSX does, but it is cut off or damaged.") from None
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "xl/workbook.bin" in names:
        raise Unreadable("The file is an XLSB workbook. Save it as XLSX.")
    raise Unreadable("The file is a ZIP archive and no XLSX. Unpack it and upload the table.")


def _kind_of_text(head: bytes) -> Kind:
    for first, words in FOREIGN.items():
        if head.startswith(first):
            raise Unreadable(f"The file is {words}. Upload CSV, TSV, JSON Lines or XLSX.")
    text = beginning(head)
    if text.lstrip().startswith("<"):
        raise Unreadable("The file is HTML or XML. Upload CSV, TSV, JSON Lines or XLSX.")
    if not text.strip("\ufeff \t\r\n\0"):
        raise Unreadable("The file has nothing but white space in it.")
    return _kind_of_lines(text.lstrip("\ufeff").lstrip())


def _kind_of_lines(text: str) -> Kind:
    line = text.split("\n", 1)[0].strip()
    if text.startswith("{"):
        try:
            is_whole = isinstance(json.loads(line), dict)
        except (ValueError, RecursionError):
            is_whole = False
        if not is_whole and "\n" in text.strip():
            raise Unreadable("The file begins as JSON, but its first line is no JSON object. Write one object a line.")
        return Kind.JSON_LINES
    if text.startswith("[") and text[1:].lstrip()[:1] in ("{", "["):
        raise Unreadable("The file is one JSON document. Write it as JSON Lines: one object a line.")
    return Kind.TSV if line.count("\t") > max(line.count(","), line.count(";")) else Kind.CSV


def beginning(head: bytes) -> str:
    """The first bytes as text. Raises Unreadable where they are no text."""
    encoding = encoding_by_mark(head)
    if not encoding.startswith("utf-16") and len(UNPRINTABLE.findall(head)) > len(head) / 200:
        raise Unreadable("The file is neither text nor XLSX. Upload CSV, TSV, JSON Lines or XLSX.")
    return head.decode(encoding, "replace")


def encoding_by_mark(head: bytes) -> str:
    """By its byte order mark; UTF-16 without one by its zero bytes; else "utf-8", which may prove to be wrong."""
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding
    pairs = max(len(head) // 2, 1)
    if head[1::2].count(0) > 0.6 * pairs and head[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.6 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return "utf-8"

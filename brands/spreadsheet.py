"""Tables as spreadsheets read and write them (CSV).

A cell that begins as a formula does would be computed by a spreadsheet, whoever wrote it. Such a cell is written with
an apostrophe before it, which spreadsheets show as text, and read without it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from jobs.errors import JobError

FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
SEPARATORS = ",;\t"
MOST_BYTES = 1024 * 1024


class Unreadable(JobError):
    """This is not a table in CSV."""


@dataclass(frozen=True, slots=True)
class Row:
    line: int  # on which it begins, 1-based, as editors count
    cells: dict[str, str]  # by column


def written(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The table, a piece for each row; the first begins with the mark that tells spreadsheets that it is UTF-8."""
    piece = io.StringIO()
    writer = csv.writer(piece)
    piece.write("\ufeff")
    for row in chain([columns], rows):
        writer.writerow([harmless(cell) for cell in row])
        yield piece.getvalue()
        piece.seek(0)
        piece.truncate()


def harmless(cell: object) -> str:
    """The cell's text, so that no spreadsheet computes it. Numbers stay numbers."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and FORMULA.match(text) else text


def as_meant(cell: str) -> str:
    """The text of a cell that `harmless` may have written."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def decoded(raw: bytes) -> str:
    """The text of an uploaded file: UTF-8, or UTF-16 with its mark. Raises Unreadable for anything else."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"The file has {len(raw):,} bytes; {MOST_BYTES:,} are the most. Import it in parts.")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8. Save it as “CSV UTF-8” and import that.") from None


def read(text: str, columns: tuple[str, ...], *, needed: str, most: int) -> list[Row]:
    """The table's rows. Its first line names its columns, in any order; `needed` must be among them.

    Commas, semicolons and tabs separate cells: the first line shows which. Lines without any text are left out.

    Raises:
        Unreadable: no table, a column that there is not, more than `most` rows.
    """
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = _names(next(reader, []), columns, needed)
        rows = list(_rows(reader, names))
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} is not CSV: {error}.") from None
    if len(rows) > most:
        raise Unreadable(f"The table has {len(rows)} rows; {most} are the most. Import it in parts.")
    return rows


def _names(head: list[str], columns: tuple[str, ...], needed: str) -> list[str]:
    names = [name.strip().lower() for name in head]
    there_are = f"There are: {', '.join(columns)}."
    for name in names:
        if name not in columns:
            raise Unreadable(f"The first line names the columns, and “{name[:50]}” is none. {there_are}")
        if names.count(name) > 1:
            raise Unreadable(f"The column “{name}” is there twice.")
    if needed not in names:
        raise Unreadable(f"The first line names the columns, and “{needed}” is missing. {there_are}")
    return names


def _rows(reader: Any, names: list[str]) -> Iterator[Row]:
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(names):
                raise Unreadable(f"Line {line} has {len(cells)} cells, but there are {len(names)} columns.")
            yield Row(line, {name: as_meant(cell.strip()) for name, cell in zip(names, cells, strict=False)})
        line = reader.line_num + 1

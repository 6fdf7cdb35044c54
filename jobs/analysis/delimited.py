"""CSV and TSV. Python's own reader is used because it tells on which line a row is, so broken lines can be named."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice

from jobs.analysis.source import Source, Unreadable
from jobs.analysis.table import MOST_COLUMNS, Broken, Gatherer, Remark, Table, Tick, unique_names
from jobs.analysis.text import encoding_of, lines_of

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 200  # lines from which separator and width are told
HEADER_WITHIN = 30  # lines before the header that may be a title
LONGEST_ROW = 200  # lines: beyond it a quotation mark was never closed
UNCLOSED = "have a quotation mark that is not closed, or a cell without end"
SUMMARY = re.compile(r"(grand )?(total|sum|gesamt|summe|average|mittelwert|mean|totaux|totale)\b[:\s]*$", re.IGNORECASE)
VALUE = re.compile(r"[-+(]?[\d.,' ]*\d[\d.,' :/-]*%?$")


def read_delimited(source: Source, tick: Tick) -> Table:
    encoding = encoding_of(source)
    with lines_of(source, encoding) as (lines, _):
        sample = list(islice(lines, LOOKED_AT))
    separator, width = _shape(sample)
    if width > MOST_COLUMNS:
        raise Unreadable(f"The table has {width} columns; {MOST_COLUMNS} are the most.")
    first, names = _header(sample, separator, width)
    gatherer, broken = Gatherer(names), Broken()
    latest: tuple[list[str], int] | None = None
    with lines_of(source, encoding) as (lines, stream):
        for row, line in _rows(lines, separator, broken):
            if line <= first:
                continue
            if latest is not None and gatherer.add(latest[0]):
                tick(stream.share)
            latest = _kept(row, line, width, broken)
    remarks = [*encoding.remarks, *_about_header(first, names, sample)]
    remarks += _last(latest, gatherer)
    return _table(gatherer, broken, remarks, separator)


def _table(gatherer: Gatherer, broken: Broken, remarks: list[Remark], separator: str) -> Table:
    frame = gatherer.frame()
    if broken.total > frame.height and broken.total > 3:
        raise Unreadable(f"{broken.total:,} of {broken.total + frame.height:,} lines do not fit the columns.")
    return Table(frame, [*remarks, *broken.remarks()], prefers_decimal_comma=separator == ";")


def _shape(sample: list[str]) -> tuple[str, int]:
    """The separator under which most lines have the same number of cells, above one, and that number."""
    best = (0.0, 1, ",")
    for separator in SEPARATORS:
        widths = Counter(len(row) for row, _ in _rows(iter(sample), separator, Broken()))
        if not widths:
            raise Unreadable("The file has no line that can be read.")
        width, count = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]))
        best = max(best, (count / widths.total() if width > 1 else 0.0, width, separator), key=lambda b: b[:2])
    return best[2], best[1]


class _Lines:
    """Lines for the reader, which takes as many as a row needs. They can be given back but for the first."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.taken: list[str] = []
        self.before = 0  # lines before those of the row

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) > LONGEST_ROW:
            raise csv.Error
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    @property
    def is_unclosed(self) -> bool:
        """Whether a row of several lines ended with the file, within a quotation mark."""
        return len(self.taken) > 1 and sum(line.count('"') for line in self.taken) % 2 == 1

    def next_row(self) -> None:
        self.before += len(self.taken)
        self.taken.clear()

    def give_back(self) -> None:
        """Go on after the first line of the row."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _rows(lines: Iterator[str], separator: str, broken: Broken) -> Iterator[tuple[list[str], int]]:
    """Rows with cells, and the line on which each ends. A quotation mark that is never closed costs its line only."""
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=separator, skipinitialspace=True)
    while True:
        source.next_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            source.give_back()
            broken.add(UNCLOSED, source.before + 1)
            continue
        if source.is_unclosed:
            source.give_back()
            broken.add(UNCLOSED, source.before + 1)
        elif row and not (len(row) == 1 and not row[0].strip()):
            yield row, source.before + len(source.taken)


def _kept(row: list[str], line: int, width: int, broken: Broken) -> tuple[list[str], int] | None:
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) == width:
        return row, line
    broken.add("have too many cells" if len(row) > width else "have too few cells", line)
    return None


def _header(sample: list[str], separator: str, width: int) -> tuple[int, list[str]]:
    """The line on which the header ends, 0 where there is none, and the names of the columns."""
    for row, line in _rows(iter(sample[:HEADER_WITHIN]), separator, Broken()):
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) == width:
            if any(VALUE.match(cell.strip()) for cell in row) and not all(cell.strip() for cell in row[:1]):
                break
            if sum(bool(VALUE.match(cell.strip())) for cell in row) > width / 2:
                break
            return line, unique_names(row)
    return 0, unique_names([""] * width)


def _about_header(first: int, names: list[str], sample: list[str]) -> list[Remark]:
    if first == 0:
        return [Remark("no_header", "The first line holds values, so the columns are numbered.", 0)]
    above = sum(bool(line.strip()) for line in sample[: first - 1])
    if above:
        return [
            Remark("title_lines", f"What stands above the names of the columns was left out ({above} line(s)).", above)
        ]
    return []


def _last(latest: tuple[list[str], int] | None, gatherer: Gatherer) -> list[Remark]:
    """The last row goes in unless it sums up the others."""
    if latest is None:
        return []
    row, line = latest
    word = next((cell.strip() for cell in row if cell.strip()), "")
    if SUMMARY.match(word):
        return [Remark("summary_line", f"The last line sums up (“{word[:30]}”) and was set aside.", 1, (line,))]
    gatherer.add(row)
    return []

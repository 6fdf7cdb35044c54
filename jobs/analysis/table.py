"""A table as it was read: all cells are text still, and what was odd is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

MOST_COLUMNS = 500
MOST_LINES_NAMED = 20
CHUNK = 50_000  # rows that are gathered before they go into the frame
Tick = Callable[[float], None]  # told how much of the file is read, 0 to 1; it may raise to stop


@dataclass(frozen=True, slots=True)
class Remark:
    """What reading had to deal with, in a sentence, how often, and on which lines (the first ones)."""

    code: str
    sentence: str
    count: int
    lines: tuple[int, ...] = ()


@dataclass(slots=True)
class Table:
    frame: pl.DataFrame  # of strings
    remarks: list[Remark] = field(default_factory=list)
    prefers_decimal_comma: bool = False  # its separator is one that is used where numbers have a decimal comma


@dataclass(slots=True)
class Gatherer:
    """Rows of one width become a frame, a chunk at a time, so that few Python objects are alive."""

    names: list[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, row: Sequence[str]) -> bool:
        """Returns whether a chunk is full, which is a good moment to say how far the work is."""
        self.rows.append(row)
        if len(self.rows) < CHUNK:
            return False
        self._pour()
        return True

    def _pour(self) -> None:
        columns = zip(*self.rows, strict=True)
        frame = {name: pl.Series(column, dtype=pl.String) for name, column in zip(self.names, columns, strict=True)}
        self.frames.append(pl.DataFrame(frame))
        self.rows = []

    def frame(self) -> pl.DataFrame:
        if self.rows or not self.frames:
            self._pour() if self.rows else self.frames.append(pl.DataFrame({n: [] for n in self.names}))
        frames, self.frames = self.frames, []
        return pl.concat(frames)


@dataclass(slots=True)
class Broken:
    """Lines that were set aside, by reason."""

    lines: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, line: int) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1
        if len(self.lines.setdefault(reason, [])) < MOST_LINES_NAMED:
            self.lines[reason].append(line)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def remarks(self) -> list[Remark]:
        return [
            Remark("broken_lines", _set_aside(reason, count), count, tuple(self.lines[reason]))
            for reason, count in self.counts.items()
        ]


def _set_aside(reason: str, count: int) -> str:
    if count == 1:
        return f"One line was set aside: it {_of_one(reason)}."
    return f"{count:,} lines were set aside: they {reason}."


def _of_one(reason: str) -> str:
    verb, _, rest = reason.partition(" ")
    return f"{ {'have': 'has', 'are': 'is'}.get(verb, verb) } {rest}"


def unique_names(cells: Sequence[str]) -> list[str]:
    """Names of columns: those without one are numbered, and doubles get a number behind."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:100] or f"column {place}"
        wanted, number = name, 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names.append(name)
    return names

"""Dates and times in the forms that are usual."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

SHAPE = re.compile(
    r"\d{4}-\d{2}|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[ -]\w{3,9}[ -,]+\d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4}"
)
OFFSET = r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$"
DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y"),
    "%B %d, %Y",
)
DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
TIMES = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M %p")
MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Form:
    pattern: str
    is_ambiguous: bool = False  # every date could be read with day and month exchanged


def form_of(cells: Sequence[str], prefers_day_first: bool) -> Form | None:
    """The form of most of the cells; None where they are no moments."""
    if not cells or sum(bool(SHAPE.match(cell.strip())) for cell in cells) < MOSTLY * len(cells):
        return None
    sample = _prepared(pl.Series(cells, dtype=pl.String))
    slashes = [DAY_FIRST, MONTH_FIRST] if prefers_day_first else [MONTH_FIRST, DAY_FIRST]
    best, found = 0, ""
    fits: dict[str, int] = {}
    for day in (*DAYS, *slashes):
        for time in TIMES:
            fits[day + time] = count = len(sample) - _read(sample, day + time).null_count()
            if count > best:
                best, found = count, day + time
        if best == len(sample) and day not in slashes[:1]:
            break
    if _months(sample) > best:
        best, found = _months(sample), "%Y-%m"
    if best < MOSTLY * len(sample):
        return None
    other = found.replace("%d/%m", "%m/%d") if found.startswith("%d/%m") else found.replace("%m/%d", "%d/%m")
    return Form(found, other != found and fits.get(other) == best)


def parsed(cells: pl.Series, form: Form) -> pl.Series:
    """The moments, by the clock that the file goes by; null where a cell is none."""
    return _read(_prepared(cells), form.pattern)


def _months(sample: pl.Series) -> int:
    return int(sample.str.contains(r"^\d{4}-\d{2}$").sum())


def _prepared(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().str.replace(OFFSET, "").str.replace("T", " ", literal=True)


def _read(cells: pl.Series, pattern: str) -> pl.Series:
    if pattern == "%Y-%m":
        cells, pattern = cells + "-01", "%Y-%m-%d"
    if "%H" in pattern or "%I" in pattern:
        return cells.str.to_datetime(pattern, strict=False, exact=True, time_unit="ms")
    return cells.str.to_date(pattern, strict=False, exact=True).cast(pl.Datetime("ms"))

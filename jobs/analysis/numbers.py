"""Numbers as people write them: decimal commas, thousands, currencies, percent."""

import re
from collections.abc import Sequence
from enum import StrEnum

import polars as pl

UNIT = r"[€$£¥%\s\u00a0\u202f']|CHF|EUR|USD|GBP"
_UNIT = re.compile(UNIT)
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?")
CODE = re.compile(r"0\d+")  # a number that begins with zeros is a code
LARGEST = 1e100
MOSTLY = 0.9  # of the cells must be numbers for the column to be one of numbers


class Style(StrEnum):
    PLAIN = "plain"
    COMMA = "decimal comma"
    THOUSANDS = "thousands separated by commas"


def style_of(cells: Sequence[str], prefers_comma: bool) -> Style | None:
    """How most of the cells are written; None where they are no numbers. Ties are decided by the table's separator."""
    bare = [_UNIT.sub("", cell) for cell in cells]
    if not bare or sum(bool(CODE.fullmatch(cell)) for cell in cells) > len(cells) / 20:
        return None
    order = [(Style.COMMA, COMMA), (Style.PLAIN, PLAIN), (Style.THOUSANDS, THOUSANDS)]
    if not prefers_comma:
        order = [(Style.PLAIN, PLAIN), (Style.THOUSANDS, THOUSANDS), (Style.COMMA, COMMA)]
    shares = [(sum(bool(form.fullmatch(cell)) for cell in bare) / len(bare), style) for style, form in order]
    share, style = max(shares, key=lambda pair: pair[0])
    return style if share >= MOSTLY else None


def parsed(cells: pl.Series, style: Style) -> pl.Series:
    """The numbers; null where a cell is none, or is so large that sums of squares would not be finite."""
    direct = cells.str.strip_chars().cast(pl.Float64, strict=False) if style == Style.PLAIN else None
    if direct is not None and direct.null_count() == cells.null_count():
        return _finite(direct)
    bare = cells.str.replace_all(UNIT, "")
    if style == Style.COMMA:
        bare = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    if style == Style.THOUSANDS:
        bare = bare.str.replace_all(",", "", literal=True)
    return _finite(bare.cast(pl.Float64, strict=False))


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.set(~(numbers.abs() <= LARGEST), None)

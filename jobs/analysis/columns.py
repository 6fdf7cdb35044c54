"""What kind of column each is: its cells become numbers, moments or categories, and what does not fit is counted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl

from jobs.analysis import moments, numbers
from jobs.analysis.table import Table

SAMPLE = 2_000  # cells that a column's kind is told by
MOST_CATEGORIES = 50
MISSING = ["", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "–", "—", "?", "."]
CODE = re.compile(r"(^|[ _-])(id|code|key|zip|plz|postcode|nr|no|number|nummer|uuid|sku)$", re.IGNORECASE)


class ColumnKind(StrEnum):
    NUMBER = "number"
    MOMENT = "moment"
    CATEGORY = "category"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    EMPTY = "empty"


@dataclass(slots=True)
class Column:
    name: str
    kind: ColumnKind
    values: pl.Series | None  # Float64, Datetime or Categorical, after the kind; None where nothing is computed from it
    rows: int
    missing: int
    distinct: int
    odd: int = 0  # cells that are not of the kind
    odd_examples: list[str] = field(default_factory=list)
    form: str = ""  # how numbers or moments are written
    is_ambiguous: bool = False  # days and months could be exchanged

    @property
    def profile(self) -> dict[str, Any]:
        """What there is to know of the column at a glance, as JSON."""
        found: dict[str, Any] = {"name": self.name, "kind": str(self.kind), "missing": self.missing}
        found |= {"distinct": self.distinct, "odd": self.odd, "form": self.form}
        if self.values is not None and self.kind == ColumnKind.NUMBER:
            found["quantiles"] = [_short(self.values.quantile(q, "linear")) for q in (0, 0.25, 0.5, 0.75, 1)]
            found["histogram"] = _histogram(self.values)
        if self.values is not None and self.kind == ColumnKind.MOMENT:
            found["from"], found["to"] = str(self.values.min()), str(self.values.max())
        if self.values is not None and self.kind == ColumnKind.CATEGORY:
            counts = (
                self.values.drop_nulls()
                .cast(pl.String)
                .value_counts()
                .sort(["count", self.name], descending=[True, False])
            )
            found["top"] = [[value[:60], count] for value, count in counts.head(8).rows()]
        return found


def columns_of(table: Table) -> Iterator[Column]:
    """The columns, one after the other. Each is taken out of the table's frame, so that its text can be forgotten."""
    for name in table.frame.columns:
        cells = table.frame.drop_in_place(name)
        yield _column(name, cells, table.prefers_decimal_comma)


def _column(name: str, cells: pl.Series, prefers_comma: bool) -> Column:
    rows = len(cells)
    cells = _without_missing(cells)
    missing, distinct = cells.null_count(), cells.n_unique() - (1 if cells.null_count() else 0)
    plain = Column(name, ColumnKind.TEXT, None, rows, missing, distinct)
    if distinct <= 1:
        plain.kind = ColumnKind.CONSTANT if distinct else ColumnKind.EMPTY
        return plain
    sample = _sample(cells)
    if style := numbers.style_of(sample, prefers_comma):
        return _typed(plain, cells, numbers.parsed(cells, style), ColumnKind.NUMBER, str(style))
    if form := moments.form_of(sample, prefers_comma):
        plain.is_ambiguous = form.is_ambiguous
        return _typed(plain, cells, moments.parsed(cells, form), ColumnKind.MOMENT, form.pattern)
    present = rows - missing
    if distinct <= min(MOST_CATEGORIES, max(present / 5, 2)):
        plain.kind, plain.values = ColumnKind.CATEGORY, cells.str.strip_chars().cast(pl.Categorical)
    elif distinct == present and present > 20:
        plain.kind = ColumnKind.IDENTIFIER
    return plain


def _typed(column: Column, cells: pl.Series, values: pl.Series, kind: ColumnKind, form: str) -> Column:
    odd = values.is_null() & cells.is_not_null()
    column.odd = int(odd.sum())
    column.odd_examples = [text[:60] for text in cells.filter(odd).unique(maintain_order=True).head(5).to_list()]
    column.kind, column.values, column.form = kind, values, form
    if kind == ColumnKind.NUMBER and _is_code(column, values):
        column.kind, column.values = ColumnKind.IDENTIFIER, None
        if column.distinct <= MOST_CATEGORIES < column.rows / 5:
            column.kind, column.values = ColumnKind.CATEGORY, cells.cast(pl.Categorical)
    return column


def _is_code(column: Column, values: pl.Series) -> bool:
    """Whether whole numbers only name rows: they count up without a gap, or the column's name says so."""
    present = values.drop_nulls()
    if not bool((present == present.floor()).all()):
        return False
    if column.distinct == len(present) and bool((present.diff().drop_nulls() == 1).all()):
        return True
    return bool(CODE.search(column.name))


def _without_missing(cells: pl.Series) -> pl.Series:
    """With null for what stands for nothing."""
    short = cells.str.len_bytes() <= 4
    nothing = cells.str.strip_chars().str.to_lowercase().is_in(MISSING) if bool(short.any()) else None
    return cells if nothing is None else cells.set(nothing.fill_null(True), None)


def _sample(cells: pl.Series) -> list[str]:
    present = cells.drop_nulls()
    step = max(len(present) // SAMPLE, 1)
    return present.gather_every(step).head(SAMPLE + 1).to_list()


def _histogram(values: pl.Series) -> dict[str, Any]:
    present = values.drop_nulls().to_numpy()
    low, high = np.quantile(present, [0.005, 0.995])  # a far-off value would leave one bar
    edges = np.unique(np.linspace(low, high if high > low else low + 1, 21))  # large numbers do not lie so close
    if len(edges) == 1:
        return {"edges": [_short(low), _short(low)], "counts": [len(present)]}
    counts, _ = np.histogram(present, bins=edges)
    return {"edges": [_short(edge) for edge in edges], "counts": [int(count) for count in counts]}


def _short(value: Any) -> float:
    return float(f"{float(value):.6g}")

"""What changed since the file before of the same series."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jobs.analysis.columns import Column, ColumnKind
from jobs.analysis.finding import Finding
from jobs.analysis.finding_type import FindingType
from jobs.analysis.inference import Floats, mann_whitney, two_shares
from jobs.analysis.words import in_words, short

KEPT = 200_000  # rows of the file before that are compared: every n-th of them
LEAST_DELTA = 0.1
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Before:
    """What is kept of the file before."""

    name: str
    rows: int
    kinds: dict[str, str]
    missing: dict[str, int]
    numbers: dict[str, Floats]

    @classmethod
    def of(cls, name: str, columns: list[Column]) -> "Before":
        rows = columns[0].rows if columns else 0
        numbers = {each.name: _present(each) for each in columns if each.kind == ColumnKind.NUMBER}
        return cls(
            name,
            rows,
            {each.name: str(each.kind) for each in columns},
            {each.name: each.missing for each in columns},
            numbers,
        )


def changes(before: Before, columns: list[Column]) -> Iterator[Finding]:
    rows = columns[0].rows if columns else 0
    yield from _schema(before, columns, rows)
    for column in columns:
        if column.name in before.numbers and column.kind == ColumnKind.NUMBER:
            yield from _number(before, column)
        if column.name in before.missing:
            yield from _gaps(before, column)


def _schema(before: Before, columns: list[Column], rows: int) -> Iterator[Finding]:
    kinds = {each.name: str(each.kind) for each in columns}
    gone, new = (
        [name for name in before.kinds if name not in kinds],
        [name for name in kinds if name not in before.kinds],
    )
    if gone or new:
        words = [f"new: {', '.join(new)}"] * bool(new) + [f"gone: {', '.join(gone)}"] * bool(gone)
        title = f"The columns are others than in “{before.name}” ({'; '.join(words)})."
        yield Finding(FindingType.CHANGE, title, new, rows, {"new": new, "gone": gone})
    if before.rows and abs(rows - before.rows) > 0.2 * before.rows:
        title = f"The file has {rows:,} rows; “{before.name}” had {before.rows:,} ({rows / before.rows - 1:+.0%})."
        yield Finding(FindingType.CHANGE, title, (), rows, {"rows": rows, "rows_before": before.rows})


def _number(before: Before, column: Column) -> Iterator[Finding]:
    old, new = before.numbers[column.name], _present(column)
    result = mann_whitney(old, new)
    if result is None:
        return
    was, now = float(np.median(old)), float(np.median(new))
    how = "higher" if result.effect > 0 else "lower"
    yield Finding(
        FindingType.CHANGE,
        f"“{column.name}” is {how} than in “{before.name}”: median {in_words(now)} after {in_words(was)}.",
        [column.name],
        len(new),
        {"median": short(now), "median_before": short(was), "rows_before": len(old)},
        {
            "kind": "bars",
            "labels": ["before", "now"],
            "values": [short(was), short(now)],
            "unit": f"median of {column.name}",
        },
        result,
        is_large_enough=abs(result.effect) >= LEAST_DELTA,
    )


def _gaps(before: Before, column: Column) -> Iterator[Finding]:
    result = two_shares(before.missing[column.name], before.rows, column.missing, column.rows)
    if result is not None:
        was, now = before.missing[column.name] / before.rows, column.missing / column.rows
        yield Finding(
            FindingType.CHANGE,
            f"“{column.name}” is missing in {now:.0%} of the rows; in “{before.name}” it was {was:.0%}.",
            [column.name],
            column.rows,
            {"missing": round(now, 4), "missing_before": round(was, 4)},
            None,
            result,
            is_large_enough=abs(result.effect) >= LEAST_SHARE,
        )


def _present(column: Column) -> Floats:
    assert column.values is not None  # noqa: S101  (a column of numbers has them)
    values = column.values.drop_nulls()
    return values.gather_every(max(len(values) // KEPT, 1)).to_numpy()

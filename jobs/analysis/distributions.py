"""How values are spread: values that stand apart, and values that are most of a column."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from jobs.analysis.columns import Column, ColumnKind
from jobs.analysis.finding import Finding
from jobs.analysis.finding_type import FindingType
from jobs.analysis.inference import far_values
from jobs.analysis.words import in_words, short

LEAST_DISTINCT = 20
FAR = 1.25  # times as far from the middle as the next value, at least
MOST_OF_A_CATEGORY, MOST_OF_A_NUMBER = 0.8, 0.3


def outliers(columns: list[Column]) -> Iterator[Finding]:
    for column in columns:
        if column.kind == ColumnKind.NUMBER and column.values is not None and column.distinct >= LEAST_DISTINCT:
            yield from _outliers(column, column.values)


def _outliers(column: Column, values: pl.Series) -> Iterator[Finding]:
    present = values.drop_nulls().to_numpy()
    middle = float(np.median(present))
    distances = np.abs(present - middle)
    found = far_values(distances)
    if found is None:
        return
    count, result = found
    places = np.argsort(-distances, kind="stable")[:count]
    far = [short(present[place]) for place in places]
    spread = float(np.median(distances))
    low, high = np.quantile(present, [0.01, 0.99])
    words = ", ".join(in_words(value) for value in far[:3]) + (" …" if count > 3 else "")
    usual = f"while 98 % lie between {in_words(low)} and {in_words(high)}"
    title = f"{count} value(s) of “{column.name}” stand apart: {words}, {usual}."
    row_numbers = values.is_not_null().arg_true().to_numpy()[places] + 1
    content = {
        "values": far,
        "rows": [int(number) for number in row_numbers],
        "median": short(middle),
        "mad": short(spread),
    }
    yield Finding(
        FindingType.OUTLIERS,
        title,
        [column.name],
        len(present),
        content,
        {"kind": "strip", "values": far, "low": short(low), "high": short(high), "middle": short(middle)},
        result,
        is_large_enough=result.effect >= FAR,
    )


def concentration(columns: list[Column]) -> Iterator[Finding]:
    """One value that fills most of a category, or a large part of a column of otherwise varied numbers."""
    for column in columns:
        if column.values is None or column.kind == ColumnKind.MOMENT:
            continue
        is_category = column.kind == ColumnKind.CATEGORY
        if column.distinct < (3 if is_category else LEAST_DISTINCT):
            continue
        counts = column.values.drop_nulls().value_counts(sort=True).head(8)
        value, count = counts.row(0)
        share = count / max(column.rows - column.missing - column.odd, 1)
        if share >= (MOST_OF_A_CATEGORY if is_category else MOST_OF_A_NUMBER):
            yield _concentrated(column, str(value) if is_category else in_words(value), share, counts)


def _concentrated(column: Column, value: str, share: float, counts: pl.DataFrame) -> Finding:
    labels = [str(row[0])[:40] for row in counts.rows()]
    chart = {"kind": "bars", "labels": labels, "values": [row[1] for row in counts.rows()], "unit": "rows"}
    title = f"“{value[:60]}” fills {share:.0%} of “{column.name}”, which has {column.distinct:,} different values."
    content = {"value": value, "share": round(share, 4), "distinct": column.distinct}
    return Finding(FindingType.DISTRIBUTION, title, [column.name], column.rows - column.missing, content, chart)

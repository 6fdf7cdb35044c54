"""Schema and quality: what was counted while the table was read and typed. Facts, so no test is behind them."""

from collections.abc import Iterator

import polars as pl

from jobs.analysis.columns import Column, ColumnKind
from jobs.analysis.finding import Finding
from jobs.analysis.finding_type import FindingType
from jobs.analysis.table import Remark

MUCH_MISSING = 0.05  # share of rows from which missing cells are told
QUALITY = {"broken_lines", "summary_line", "encoding"}


def about_reading(remarks: list[Remark], rows: int) -> Iterator[Finding]:
    for remark in remarks:
        kind = FindingType.QUALITY if remark.code in QUALITY else FindingType.SCHEMA
        content = {"what": remark.code, "count": remark.count, "first_lines": list(remark.lines)}
        yield Finding(kind, remark.sentence, rows=rows, content=content)


def about_duplicates(duplicates: int, rows: int) -> Iterator[Finding]:
    if duplicates:
        title = f"{duplicates:,} of {rows:,} rows are exact copies of another row."
        content = {"what": "duplicates", "count": duplicates, "share": round(duplicates / rows, 4)}
        yield Finding(FindingType.QUALITY, title, rows=rows, content=content)


def about_columns(columns: list[Column]) -> Iterator[Finding]:
    missing = [each for each in columns if each.missing > MUCH_MISSING * each.rows]
    if missing:
        yield _missing(sorted(missing, key=lambda each: -each.missing))
    for column in columns:
        if column.odd:
            yield _odd(column)
        if column.is_ambiguous:
            title = f"The dates of “{column.name}” could be read with day and month exchanged; {column.form} was taken."
            content = {"what": "ambiguous_dates", "form": column.form}
            yield Finding(FindingType.SCHEMA, title, [column.name], column.rows, content)
    unused = [each.name for each in columns if each.kind in (ColumnKind.EMPTY, ColumnKind.CONSTANT)]
    if unused:
        title = f"{len(unused)} column(s) say nothing: empty, or one value in all rows ({', '.join(unused)[:150]})."
        yield Finding(FindingType.SCHEMA, title, unused, columns[0].rows, {"what": "unused_columns", "columns": unused})


def _missing(columns: list[Column]) -> Finding:
    worst, rows = columns[0], columns[0].rows
    title = f"“{worst.name}” is missing in {worst.missing / rows:.0%} of the rows."
    if len(columns) > 1:
        title = f"{len(columns)} columns have gaps; " + title
    shares = {each.name: round(each.missing / rows, 4) for each in columns[:20]}
    chart = {
        "kind": "bars",
        "labels": list(shares),
        "values": [100 * share for share in shares.values()],
        "unit": "% missing",
    }
    content = {"what": "missing", "shares": shares}
    return Finding(FindingType.QUALITY, title, list(shares), rows, content, chart)


def _odd(column: Column) -> Finding:
    examples = ", ".join(f"“{text}”" for text in column.odd_examples[:3])
    title = f"{column.odd:,} cells of “{column.name}” are no {column.kind}, for example {examples}. They were left out."
    content = {"what": "mixed_types", "count": column.odd, "kind": str(column.kind), "examples": column.odd_examples}
    return Finding(FindingType.SCHEMA, title, [column.name], column.rows, content)


def formula_cells(frame: pl.DataFrame) -> int:
    """Cells that a spreadsheet would compute. They are text here."""
    if not frame.height:
        return 0
    looks = pl.all().str.contains(r"^\s*(=\S|@\w|[+-][A-Za-z(])").sum()
    return int(sum(value or 0 for value in frame.select(looks).row(0)))

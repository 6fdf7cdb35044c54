"""From a file to findings, step by step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from jobs.analysis import changes, distributions, quality, trends
from jobs.analysis.columns import Column, columns_of
from jobs.analysis.delimited import read_delimited
from jobs.analysis.finding import Finding, judged
from jobs.analysis.json_lines import read_json_lines
from jobs.analysis.relations import Relations
from jobs.analysis.source import File, Kind, Step, Unreadable, recognise
from jobs.analysis.table import Remark, Table, Tick
from jobs.analysis.workbook import read_workbook

EXTENSIONS = {
    Kind.CSV: (".csv", ".txt"),
    Kind.TSV: (".tsv", ".tab", ".txt", ".csv"),
    Kind.JSON_LINES: (".jsonl", ".ndjson", ".json"),
    Kind.XLSX: (".xlsx", ".xlsm"),
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """`profile` says what each column holds, as JSON."""

    kind: Kind
    rows: int
    columns: int
    profile: list[dict[str, Any]]
    findings: list[Finding]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "rows": self.rows,
            "columns": self.columns,
            "profile": self.profile,
            "insights": [each.as_json() for each in self.findings],
        }


@dataclass(slots=True)
class _Read:
    kind: Kind
    remarks: list[Remark]
    duplicates: int
    columns: list[Column]

    @property
    def rows(self) -> int:
        return self.columns[0].rows if self.columns else 0


def analyse(file: File, most_bytes: int, step: Step, before: File | None = None) -> Analysis:
    """The same files give the same findings.

    Raises:
        Unreadable: the file is no table that can be read; a sentence says why. A file before that cannot be read any
            more is left out.
    """
    step(0, "read the file before")
    earlier = _before(before, most_bytes) if before else None
    read = _read(file, most_bytes, step)
    relations = Relations(read.columns)
    found: list[Finding] = []
    steps: list[tuple[int, str, Callable[[], Iterator[Finding]]]] = [
        (60, "look at the quality", lambda: _quality(read)),
        (63, "look for outliers", lambda: distributions.outliers(read.columns)),
        (66, "look at distributions", lambda: distributions.concentration(read.columns)),
        (70, "look for trends", lambda: trends.over_time(read.columns)),
        (80, "compare segments", relations.segments),
        (90, "compare columns", relations.correlations),
        (96, "compare with the file before", lambda: changes.changes(earlier, read.columns) if earlier else iter([])),
    ]
    for percent, words, look in steps:
        step(percent, words)
        found += look()
    step(98, "judge what was found")
    profile = [column.profile for column in read.columns]
    return Analysis(read.kind, read.rows, len(read.columns), profile, judged(found))


def _read(file: File, most_bytes: int, step: Step) -> _Read:
    source = recognise(file.path, most_bytes)
    readers: dict[Kind, Callable[..., Table]] = {Kind.JSON_LINES: read_json_lines, Kind.XLSX: read_workbook}
    tick: Tick = lambda share: step(int(45 * share), "read the file")  # noqa: E731
    table = readers.get(source.kind, read_delimited)(source, tick)
    if not table.frame.height:
        raise Unreadable("The file has no rows below the names of its columns.")
    step(45, "tell the kinds of the columns")
    remarks = [*table.remarks, *_about_name(file.name, source.kind), *_about_formulas(table.frame)]
    duplicates = table.frame.height - table.frame.hash_rows(seed=0).n_unique()
    return _Read(source.kind, remarks, duplicates, list(columns_of(table)))


def _before(file: File, most_bytes: int) -> changes.Before | None:
    try:
        return changes.Before.of(file.name, _read(file, most_bytes, lambda percent, words: None).columns)
    except Unreadable:
        return None


def _quality(read: _Read) -> Iterator[Finding]:
    yield from quality.about_reading(read.remarks, read.rows)
    yield from quality.about_duplicates(read.duplicates, read.rows)
    yield from quality.about_columns(read.columns)


def _about_name(name: str, kind: Kind) -> list[Remark]:
    lowered = name.lower().removesuffix(".gz")
    if lowered.endswith(EXTENSIONS[kind]) or "." not in lowered:
        return []
    ending = lowered.rpartition(".")[2][:10]
    words = f"The name ends in .{ending}, but the content is {kind.upper()}: it was read as what it is."
    return [Remark("wrong_extension", words, 0)]


def _about_formulas(frame: pl.DataFrame) -> list[Remark]:
    count = quality.formula_cells(frame)
    words = f"{count:,} cells begin as formulas do. They are text here, and no export lets a spreadsheet compute them."
    return [Remark("formulas", words, count)] if count else []

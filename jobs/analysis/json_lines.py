"""JSON Lines: one object a line. Objects within an object become columns of their own, lists stay JSON."""

import json
from typing import Any

import polars as pl

from jobs.analysis.source import Source, Unreadable
from jobs.analysis.table import CHUNK, MOST_COLUMNS, Broken, Table, Tick
from jobs.analysis.text import encoding_of, lines_of


def read_json_lines(source: Source, tick: Tick) -> Table:
    encoding, broken = encoding_of(source), Broken()
    names: dict[str, None] = {}  # in the order in which they come up
    rows: list[dict[str, str]] = []
    frames: list[pl.DataFrame] = []
    with lines_of(source, encoding) as (lines, stream):
        for number, line in enumerate(lines, 1):
            row = _row(line, number, broken)
            if row is None:
                continue
            names |= dict.fromkeys(row)
            if len(names) > MOST_COLUMNS:
                raise Unreadable(f"The objects have more than {MOST_COLUMNS} different fields, which is the most.")
            rows.append(row)
            if len(rows) == CHUNK:
                frames.append(_frame(rows, names))
                rows = []
                tick(stream.share)
    if rows or not frames:
        frames.append(_frame(rows, names))
    frame = pl.concat(frames, how="diagonal")
    if broken.total > frame.height:
        raise Unreadable(f"{broken.total:,} of {broken.total + frame.height:,} lines are no JSON objects.")
    return Table(frame, [*encoding.remarks, *broken.remarks()])


def _frame(rows: list[dict[str, str]], names: dict[str, None]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names})


def _row(line: str, number: int, broken: Broken) -> dict[str, str] | None:
    line = line.strip().removeprefix("\ufeff")
    if not line:
        return None
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        broken.add("are not JSON", number)
        return None
    if not isinstance(data, dict):
        broken.add("are not JSON objects", number)
        return None
    cells = dict(_cells(data))
    return {_keepable(name): _keepable(cell) for name, cell in cells.items()} if "\\u" in line else cells


def _keepable(text: str) -> str:
    """Without NUL and half surrogate pairs, which JSON can write and no database keeps."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _cells(data: dict[str, Any], prefix: str = "", depth: int = 0) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in data.items():
        name = f"{prefix}{key}"[:100]
        if isinstance(value, dict) and value and depth < 3:
            found += _cells(value, f"{name}.", depth + 1)
        elif value is not None:
            found.append((name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
    return found

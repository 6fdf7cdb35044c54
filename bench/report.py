"""Results on disk, and docs/benchmarks.md, which is written from them and from nothing else."""

import ast
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.section import Cell, Table

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`, which measures on this very machine and replaces what it has measured. Parts of it:
`make bench ONLY=dispatch,trigger DATABASES=postgresql SIZES=1000,10000`. PostgreSQL runs
with its own defaults (each commit is on disk before it returns; only jit is off), SQLite as Brandbeat sets it up (WAL),
Redis keeps nothing on disk.
"""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, how and on what a table was measured."""

    when: str  # UTC, to the minute
    command: str
    machine: str
    versions: str


@dataclass(frozen=True, slots=True)
class Report:
    """The sections in a folder and the results that are kept beside them, a JSON file each."""

    folder: Path = Path(__file__).parent

    def sections(self) -> list[str]:
        """The names of all sections: the modules there that have a function `measure`."""
        return [path.stem for path in sorted(self.folder.glob("*.py")) if _has_measure(_tree(path))]

    def keep(self, section: str, table: Table, circumstances: Circumstances) -> None:
        """Put the table in the place of the one of the same title."""
        tables = [kept for kept in self.results(section) if kept["title"] != table.title]
        tables.append({**asdict(table), "measured": asdict(circumstances)})
        tables.sort(key=lambda kept: str(kept["title"]))
        self._file(section).parent.mkdir(exist_ok=True)
        self._file(section).write_text(json.dumps(tables, indent=1, ensure_ascii=False) + "\n")

    def results(self, section: str) -> list[dict[str, Any]]:
        """The tables of a section as they were kept last, by title."""
        path = self._file(section)
        kept: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
        return kept

    def page(self) -> str:
        """The page of all results; sections that were never measured are not in it."""
        kept = {name: tables for name in self.sections() if (tables := self.results(name))}
        places = _places(table for tables in kept.values() for table in tables)
        parts = [HEAD, *(f"{place}: {where}\n" for where, place in places.items())]
        for name, tables in kept.items():
            title, _, text = (ast.get_docstring(_tree(self.folder / f"{name}.py")) or name).partition("\n")
            parts.append(f"## {title.rstrip('.')}\n")
            if text.strip():
                parts.append(f"{text.strip()}\n")
            parts += [_in_markdown(table, places) for table in tables]
        return "\n".join(parts)

    def _file(self, section: str) -> Path:
        return self.folder / "results" / f"{section}.json"


def _places(tables: Iterable[dict[str, Any]]) -> dict[str, str]:
    """A name for each machine with its versions: "Machine" if there is one, else "Machine 1", "Machine 2", …"""
    found = dict.fromkeys(_where(table) for table in tables)
    return {where: "Machine" if len(found) == 1 else f"Machine {n}" for n, where in enumerate(found, start=1)}


def _where(table: dict[str, Any]) -> str:
    return f"{table['measured']['machine']}. {table['measured']['versions']}."


def _in_markdown(table: dict[str, Any], places: dict[str, str]) -> str:
    measured = table["measured"]
    on = f", {places[_where(table)].lower()}" if len(places) > 1 else ""
    head = [str(column) for column in table["columns"]]
    rows = [[shown(cell) for cell in row] for row in table["rows"]]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---", *(["---:"] * (len(head) - 1))], *rows)]
    said = [f"{table['note']}\n"] if table["note"] else []
    caption = f"*Measured {measured['when']} UTC by `{measured['command']}`{on}.*\n"
    return "\n".join([f"### {table['title']}\n", *lines, "", *said, caption])


def shown(cell: Cell) -> str:
    """Three significant digits, thousands with commas, a dash where there is nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, float) and abs(cell) < 1000:
        return f"{cell:.3g}" if cell else "0"
    return f"{cell:,.0f}" if isinstance(cell, int | float) else cell


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _has_measure(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body)

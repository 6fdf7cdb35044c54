"""`docs/reliability.md`: one row a scenario, written by the scenario when it has ended. Nobody edits the figures."""

import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.faults.harness import Result

PAGE = BASE_DIR / "docs" / "reliability.md"
HEAD = """# Reliability

What came of the fault tests: `make faults` runs them with real processes, `make soak` the two hours, and each writes
its row here when it has ended. After each of them one checker (`tests/faults/checker.py`) holds the rows of the
database against evidence that is kept outside of the system: when schedules were due, by an own reading of cron's
rules, and which effects there were, in a file that no part of the product reads. For calls to providers (faults 1 and
10) that file is the provider's own log of what it charged for. A scenario in which anything is wrong fails. In fault
11, the changes of the clock, *lost* are cases in which the engine differs from that reading of cron's rules.

| column | what it counts |
|---|---|
| runs | rows of runs at the end, of which some ran and some say why they did not |
| lost | ticks without a row, rows that started too late or say nothing, completed runs without their effect; charged \
calls without their stored answer |
| twice | second rows of a tick, second effects of a run, attempts beside each other; second charges for one question |
| stuck | runs that are open two minutes after the last fault |
| ambiguous | attempts that found the effect there already: the one before died between the effect and its record; \
calls that may have been charged, which the ledger shows and nobody makes again unasked |
| recovery | seconds from the end of a fault to the next effect, median and worst |

"""
COLUMNS = (
    *("fault", "scenario", "database", "faults", "runs", "lost", "twice", "stuck", "ambiguous"),
    *("recovery p50 / worst", "took", "on"),
)


def is_wanted(test: pytest.Item) -> bool:
    """Whether the test does all of a fault, not the little that is done in every run of the tests."""
    is_long = any(test.get_closest_marker(name) for name in ("faults", "soak"))
    return is_long and "short" not in test.name


def put(fault: str, scenario: str, database: str, faults: str, result: Result) -> None:
    """Write the row of the scenario, in the place of an older one."""
    verdict = result.verdict
    counts = (verdict.runs, verdict.lost, verdict.twice, verdict.stuck, verdict.ambiguous)
    when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    row = (fault, scenario, database, faults, *map(str, counts), _recovery(result), _took(result.seconds), when)
    rows = {found[:3]: found for found in _rows(PAGE)} | {row[:3]: row}
    _write(PAGE, [rows[key] for key in sorted(rows, key=lambda key: (_number(key[0]), key))])


def _number(fault: str) -> int:
    return int(fault) if fault.isdigit() else 100


def _recovery(result: Result) -> str:
    if not result.recoveries:
        return "–"
    return f"{statistics.median(result.recoveries):.1f} / {max(result.recoveries):.1f} s"


def _took(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _rows(page: Path) -> list[tuple[str, ...]]:
    if not page.exists():
        return []
    lines = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]
    return [row for row in cells if len(row) == len(COLUMNS) and row != COLUMNS]


def _write(page: Path, rows: list[tuple[str, ...]]) -> None:
    lines = [" | ".join(COLUMNS), "|".join("---" for _ in COLUMNS), *(" | ".join(row) for row in rows)]
    table = "\n".join(f"|{line}|" if line.startswith("-") else f"| {line} |" for line in lines)
    draft = page.with_suffix(".draft")
    draft.write_text(f"{HEAD}{table}\n")
    draft.replace(page)

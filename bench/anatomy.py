"""Where a run's time goes.

The bookkeeping of a run that does nothing, in one process and without messages: what `execute` takes, and the parts of
it as a profiler sees them. What is left to a bare task is Celery's own way through the broker and its pool.
"""

import cProfile
import pstats
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from bench import schedules
from bench.section import Bench, Cell, Table
from jobs.dispatch import dispatch_due
from jobs.execution import execute
from jobs.models import JobRun

NUMBER = 600
PARTS = {
    ("run.py", "claim_at_once"): "claim: run, event, commit; the run is read",
    ("job_type.py", "parse_options"): "options",
    ("heartbeat.py", "add"): "heartbeat, begin and end",
    ("heartbeat.py", "remove"): "heartbeat, begin and end",
    ("execution.py", "_say"): "log lines",
    ("run.py", "complete"): "outcome: run, event, commit",
}
COLUMNS = ("part", "ms a run", "share")


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        with bench.platform(kind):
            schedules.fill(NUMBER)
            now = datetime.now(UTC).replace(second=0, microsecond=0)
            schedules.due_at(now, 1.0)
            runs = dispatch_due(now)
            third = NUMBER // 3
            _execute(runs[:third])
            whole = _execute(runs[third : 2 * third])
            rows = _rows(runs[2 * third :], whole)
        yield Table({"postgresql": "PostgreSQL", "sqlite": "SQLite"}[kind], COLUMNS, rows)


def _execute(runs: Sequence[JobRun]) -> float:
    """Milliseconds a run."""
    before = time.perf_counter()
    for run in runs:
        execute(run.pk, worker="bench", task_id=str(uuid4()))
    return (time.perf_counter() - before) / len(runs) * 1000


def _rows(runs: Sequence[JobRun], whole: float) -> list[list[Cell]]:
    """The profiler slows Python down, so its shares are taken of what the same takes without it."""
    profile = cProfile.Profile()
    profiled = profile.runcall(_execute, runs)
    shares = _shares(profile, profiled * len(runs) / 1000)
    shares["the rest"] = 1 - sum(shares.values())
    rows: list[list[Cell]] = [[part, whole * share, f"{share:.0%}"] for part, share in shares.items()]
    return [*rows, ["together", whole, "100%"]]


def _shares(profile: cProfile.Profile, seconds: float) -> dict[str, float]:
    found = dict.fromkeys(PARTS.values(), 0.0)
    for (path, _, function), (*_, cumulative, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        part = PARTS.get((path.rpartition("/")[2], function))
        if part is not None:
            found[part] += cumulative / seconds
    return found

"""What a scenario leaves behind: what was expected, what the database says, and what the outside world saw."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, takewhile
from typing import Any

from jobs.models import JobRun, RunEvent, RunLog
from jobs.status import OPEN
from tests.faults.outside import Line, Outside
from tests.jobs.cron_oracle import START, fires, window

DAY = timedelta(days=1)
Step = tuple[Any, ...]  # id, run, at, from, to, reason, by, attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A schedule as the test made it, noted outside of the system: due from `start` on and before `end`."""

    job: int
    name: str
    start: datetime
    end: datetime
    cron: str = ""
    zone: str = "UTC"
    every: float = 0  # seconds
    grace: timedelta = timedelta(hours=6)
    jitter: timedelta = timedelta(0)
    is_neighbour: bool = False  # of another customer than the one whom the fault is about

    def instants(self) -> list[datetime]:
        """When it is due, worked out without the product's code and libraries."""
        if not self.cron:
            step = timedelta(seconds=self.every)
            return list(takewhile(lambda moment: moment < self.end, (self.start + step * n for n in count())))
        first = (self.start - START) // DAY
        minutes = window(self.zone, first, (self.end - START) // DAY - first + 1)
        return [moment for moment in fires(self.cron, minutes) if self.start <= moment < self.end]


@dataclass(frozen=True, slots=True)
class Evidence:
    watched: list[Watched]
    runs: dict[str, JobRun]
    steps: dict[str, list[Step]]
    log_lines: dict[str, int]
    lines: list[Line]
    seen: dict[int, Step] = field(default_factory=dict)  # steps that were there at some time while it went on
    seen_runs: set[str] = field(default_factory=set)

    @classmethod
    def gather(cls, watched: list[Watched], outside: Outside, seen: dict[int, Step], seen_runs: set[str]) -> "Evidence":
        steps: dict[str, list[Step]] = {}
        for step in all_steps():
            steps.setdefault(step[1], []).append(step)
        logs: dict[str, int] = {}
        for run in RunLog.objects.values_list("run_id", flat=True):
            logs[str(run)] = logs.get(str(run), 0) + 1
        runs = {str(run.pk): run for run in JobRun.objects.all()}
        return cls(watched, runs, steps, logs, outside.lines(), seen, seen_runs)

    def ticks(self, watched: Watched) -> dict[datetime, list[JobRun]]:
        found: dict[datetime, list[JobRun]] = {}
        for run in self.runs.values():
            if run.scheduled_job_id == watched.job and run.scheduled_for is not None:
                found.setdefault(run.scheduled_for, []).append(run)
        return found

    def lines_of(self, *what: str) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.what in what:
                found.setdefault(line.run, []).append(line)
        return found

    def open_runs(self) -> list[JobRun]:
        return [run for run in self.runs.values() if run.status in OPEN]

    def started(self, run: JobRun) -> datetime | None:
        return run.started_at.astimezone(UTC) if run.started_at else None


def all_steps(after: int = 0) -> list[Step]:
    fields = ("id", "run_id", "at", "from_status", "to_status", "reason", "by", "attempt")
    return [
        (row[0], str(row[1]), *row[2:])
        for row in RunEvent.objects.filter(pk__gt=after).order_by("id").values_list(*fields)
    ]

"""What is known of a run before it is made: what stands in its way, and what it and its schedule will cost."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from jobs import clock
from jobs.errors import InvalidOptions, InvalidSchedule, UnknownName
from jobs.estimate import Estimate, dollars
from jobs.job_type import job_types, parse_options, permitted_options
from jobs.models import JobRun, ScheduledJob

MONTH = timedelta(days=30)
MOST_TICKS = 1000  # that are counted; of a denser schedule the rest follows from these


@dataclass(frozen=True, slots=True)
class Forecast:
    run: Estimate
    runs_a_month: int  # in the next 30 days

    @property
    def calls_a_month(self) -> int:
        return self.run.calls * self.runs_a_month

    @property
    def usd_a_month(self) -> Decimal:
        return self.run.usd * self.runs_a_month

    @property
    def in_words(self) -> str:
        run, month = self.run, f"{self.runs_a_month:,} {'run' if self.runs_a_month == 1 else 'runs'} in 30 days"
        words = f"{_calls(run)} a run"
        if self.runs_a_month:
            words += f"; {month}: {self.calls_a_month:,} calls, about {dollars(self.usd_a_month)}"
        return f"{words}."


def _calls(run: Estimate) -> str:
    words = f"{run.calls:,} {'call' if run.calls == 1 else 'calls'}, about {dollars(run.usd)}"
    if run.calls_without_price:
        words += f" and {run.calls_without_price:,} without a known price"
    return words


def forecast(row: ScheduledJob | JobRun) -> Forecast | None:
    """None where it costs nothing, or its type or options make no sense. A run stands for itself alone."""
    run = estimate(row.job_type, row.subject_id, row.options)
    return None if run is None else Forecast(run, runs_a_month(row) if isinstance(row, ScheduledJob) else 0)


def estimate(job_type: str, subject_id: UUID | None, options: dict[str, Any]) -> Estimate | None:
    try:
        return job_types.get(job_type)().estimate(subject_id, parse_options(job_type, options))
    except (UnknownName, InvalidOptions):
        return None


def obstacles(job_type: str, owner_id: UUID | None, subject_id: UUID | None, options: dict[str, Any]) -> list[str]:
    """What the job type says stands in the way of a run now, for that owner."""
    try:
        return job_types.get(job_type)().check(subject_id, permitted_options(job_type, options, owner_id))
    except (UnknownName, InvalidOptions) as error:
        return [str(error)]


def obstacles_of(row: ScheduledJob | JobRun) -> list[str]:
    return obstacles(row.job_type, row.owner_id, row.subject_id, row.options)


def cost_as_json(cost: Forecast | None) -> dict[str, Any] | None:
    """For programs. Dollars are numbers; null where a price is not known."""
    if cost is None:
        return None
    return {
        **estimate_as_json(cost.run),
        "runs_per_month": cost.runs_a_month,
        "calls_per_month": cost.calls_a_month,
        "cost_usd_per_month": float(cost.usd_a_month),
    }


def estimate_as_json(run: Estimate) -> dict[str, Any]:
    lines = [
        {"name": line.name, "calls": line.calls, "cost_usd": _number(line.usd), "basis": line.basis}
        for line in run.lines
    ]
    return {
        "calls": run.calls,
        "cost_usd": float(run.usd),
        "calls_without_price": run.calls_without_price,
        "lines": lines,
    }


def _number(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)


def runs_a_month(job: ScheduledJob) -> int:
    """Ticks in the next 30 days, whether the job is active or not."""
    now = clock.now()
    try:
        ticks = [tick for tick in islice(job.ticks(now), MOST_TICKS) if tick <= now + MONTH]
    except InvalidSchedule:
        return 0
    if len(ticks) < MOST_TICKS:
        return len(ticks)
    return round((MOST_TICKS - 1) * (MONTH / (ticks[-1] - ticks[0])))

"""What a job type sees of its run. It touches no database: the engine writes down what is noted here."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from jobs import clock
from jobs.errors import GiveUp, JobError, StaleRun
from jobs.log import Log

FOREVER = datetime.max.replace(tzinfo=UTC)
MOST_EXPECTED = 30 * 86_400.0  # seconds


@dataclass(slots=True)
class RunContext:
    run_id: UUID
    owner_id: UUID | None
    subject_id: UUID | None
    options: Any  # the job type's Options
    attempt: int = 1
    max_attempts: int = 1
    is_reopened: bool = False  # a person asked for the run once more after it had ended
    scheduled_for: datetime | None = None
    was_put_off: bool = False  # this goes on with an attempt that waited (`RetryLater` with `counts=False`)
    latest_wait: datetime = FOREVER  # beyond it the run is not put off any more
    deadline: float = float("inf")  # time.monotonic() at which the run must have ended
    leased_until: float = float("inf")  # time.monotonic() after which somebody else may have the run
    done: int = 0
    total: int = 0
    counted: dict[str, Any] = field(default_factory=dict)  # metrics of a run that ends at its limit
    missing: list[tuple[str, str]] = field(default_factory=list)
    stop: JobError | None = None  # set from outside: the run was cancelled, timed out or taken over
    lines: Log = field(default_factory=Log)
    _measured: tuple[float, int] | None = None  # when progress was first said, and how much was done then

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt >= self.max_attempts

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is. Raises where the run must stop, so that a long loop stops at the next part."""
        self.done, self.total = done, total
        if self._measured is None or done < self._measured[1]:
            self._measured = (time.monotonic(), done)
        self.checkpoint()

    def log(self, text: str, level: str = "info") -> None:
        """Add to the run's log, which is shown while it works. From any thread; `level` is one of jobs.log.LEVELS."""
        self.lines.write(text, level)

    @property
    def expected_at(self) -> datetime | None:
        """When all parts will be done if they go on as they went in this attempt; None before there is a measure."""
        if self._measured is None:
            return None
        since, before = self._measured
        done, left = self.done - before, self.total - self.done
        if done <= 0 or left <= 0:
            return None
        seconds = min((time.monotonic() - since) / done * left, MOST_EXPECTED)
        return clock.now() + timedelta(seconds=seconds)

    def checkpoint(self) -> None:
        """Raise if the run was cancelled, ran out of time or belongs to somebody else by now."""
        if self.stop is not None:
            raise self.stop
        if self.seconds_left <= 0:
            raise TimeoutError
        if time.monotonic() > self.leased_until:  # the process was stopped, or the database has long been away
            raise StaleRun

    def miss(self, part: str, reason: str) -> None:
        """Note a part that could not be done: the run ends as partial and says so."""
        self.missing.append((part, reason))

    def give_up_if_nothing_was_done(self, done: int, metrics: dict[str, object]) -> None:
        """Raise GiveUp with the missing parts' reasons where all parts are missing."""
        if self.missing and not done:
            raise GiveUp(missing_in_words(self.missing), metrics=metrics)


def missing_in_words(missing: list[tuple[str, str]], most: int = 3) -> str:
    """A sentence or two about the missing parts, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    for part, reason in missing:
        reasons.setdefault(reason, []).append(part)
    lines = []
    for reason, parts in list(reasons.items())[:most]:
        named = ", ".join(parts[:most]) + (f" and {len(parts) - most} more" if len(parts) > most else "")
        lines.append(f"{named}: {reason}")
    if len(reasons) > most:
        lines.append(f"Other reasons: {len(reasons) - most}.")
    return f"{len(missing)} missing. " + " ".join(lines)

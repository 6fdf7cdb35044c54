"""The invariants, checked after every scenario against evidence that is kept outside of the system.

Each is a function from the evidence to sentences, one for each thing that is wrong. A scenario may bring more of the
same shape (`check(…, also=[…])`), for example one that holds a provider's own log against the answers that are kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from jobs.errors import HandedBack
from jobs.log import MOST_LINES
from jobs.models import JobRun
from jobs.status import DONE, TRANSITIONS, RunStatus
from tests.faults.evidence import Evidence, Watched
from tests.faults.outside import AGAIN, BEGAN, EFFECT

Invariant = Callable[[Evidence], Iterable[str]]
LATE = timedelta(seconds=5)
NEIGHBOURS_WAIT = timedelta(seconds=60)
SUMMED_UP = re.compile(r"^(\d+) ticks from ")
CLAIM, END = RunStatus.PROCESSING, frozenset(str(status) for status in DONE)
HANDED_BACK = str(HandedBack())  # the reason of a step that waits for nobody
FIRST = frozenset({"pending", "skipped"})


@dataclass(slots=True)
class Verdict:
    """What a scenario came to. `lost`, `twice` and `stuck` are to be nothing; `problems` say what is wrong in words."""

    runs: int = 0
    ticks: int = 0  # expected ones
    lost: int = 0
    twice: int = 0
    stuck: int = 0
    ambiguous: int = 0  # attempts that found the effect of one that died before it was written down
    problems: dict[str, list[str]] = field(default_factory=dict)

    def in_words(self, most: int = 5) -> str:
        lines = [
            f"{name}: {len(found)} wrong\n  " + "\n  ".join(found[:most])
            for name, found in self.problems.items()
            if found
        ]
        return "\n".join(lines)


def check(evidence: Evidence, *, also: Iterable[Invariant] = ()) -> Verdict:
    found = {invariant.__name__: list(invariant(evidence)) for invariant in (*INVARIANTS, *also)}
    return Verdict(
        runs=len(evidence.runs),
        ticks=sum(len(watched.instants()) for watched in evidence.watched),
        lost=len(found["coverage"]) + len(found["effects_are_there"]),
        twice=len(found["once"]) + len(found["fenced"]),
        stuck=len(found["ends"]),
        ambiguous=len(evidence.lines_of(AGAIN)),
        problems=found,
    )


def coverage(evidence: Evidence) -> Iterator[str]:
    """Each instant has its row, or is among those that one row sums up, and no row has an instant of its own making."""
    for watched in evidence.watched:
        rows = evidence.ticks(watched)
        expected = watched.instants()
        known = set(expected)
        yield from (f"{watched.name}: a row at {moment}, which is no tick" for moment in rows if moment not in known)
        yield from _holes(watched, expected, rows)
        for moment in expected:
            for run in rows.get(moment, []):
                if wrong := _start(evidence, watched, run):
                    yield f"{watched.name} {moment}: {wrong}"


def _holes(watched: Watched, expected: list[datetime], rows: dict[datetime, list[JobRun]]) -> Iterator[str]:
    summed_up = 0
    for moment in expected:
        if moment not in rows:
            if summed_up == 0:
                yield f"{watched.name}: {moment} has no row"
            summed_up = max(summed_up - 1, 0)
            continue
        if summed_up:
            yield f"{watched.name}: {moment} has a row although {summed_up} before it are still to come"
        sums_up = SUMMED_UP.match(rows[moment][0].reason)
        summed_up = int(sums_up[1]) - 1 if sums_up else 0
    if summed_up:
        yield f"{watched.name}: the last row sums up {summed_up} ticks that there are not"


def _start(evidence: Evidence, watched: Watched, run: JobRun) -> str:
    """What is wrong about when it started; "" where nothing is."""
    started = evidence.started(run)
    if started is None:
        if run.status == RunStatus.COMPLETED:
            return "completed and never started"
        return "" if run.reason or run.status not in DONE else f"{run.status} without a reason"
    if started < run.scheduled_for:
        return f"started at {started}, before its moment"
    late = started - run.scheduled_for - watched.jitter
    return f"started {late} late" if late > watched.grace + LATE else ""


def effects_are_there(evidence: Evidence) -> Iterator[str]:
    """A run that says it did its work has its effect outside."""
    effects = evidence.lines_of(EFFECT)
    for key, run in evidence.runs.items():
        if run.job_type == "effect" and run.status == RunStatus.COMPLETED and key not in effects:
            yield f"{run} {key} is completed and has no effect"


def once(evidence: Evidence) -> Iterator[str]:
    """One row a tick, one effect a run, and one worker an attempt."""
    for watched in evidence.watched:
        for moment, runs in evidence.ticks(watched).items():
            if len(runs) > 1:
                yield f"{watched.name}: {moment} has {len(runs)} rows"
    for run, effects in evidence.lines_of(EFFECT).items():
        if len(effects) > 1:
            yield f"{run} had {len(effects)} effects"
    for run, began in evidence.lines_of(BEGAN).items():
        attempts = [line.attempt for line in began]
        if len(set(attempts)) != len(attempts):
            yield f"{run} began to work {len(attempts)} times in attempts {sorted(attempts)}"


def fenced(evidence: Evidence) -> Iterator[str]:
    """What an attempt has claimed, no other attempt ends."""
    for run, steps in evidence.steps.items():
        for claim, end in pairwise(steps):
            if claim[4] == CLAIM and end[7] != claim[7]:
                yield f"{run}: attempt {end[7]} ended what attempt {claim[7]} had claimed"


def ends(evidence: Evidence) -> Iterator[str]:
    """When the faults are over, no run stays open."""
    for run in evidence.open_runs():
        yield f"{run} {run.pk} is {run.status}, attempt {run.attempt}, lease {run.lease_expires_at}"


def bounded(evidence: Evidence) -> Iterator[str]:
    """Attempts, waits before them, and the lines of a log stay within what the job says."""
    for key, run in evidence.runs.items():
        claims = [step for step in evidence.steps.get(key, []) if step[4] == CLAIM]
        if run.attempt > run.max_attempts or len(claims) > run.max_attempts:
            yield f"{run} {key}: {len(claims)} attempts of at most {run.max_attempts}"
        if evidence.log_lines.get(key, 0) > MOST_LINES:
            yield f"{run} {key}: {evidence.log_lines[key]} lines of log"
        for back, claim in pairwise(evidence.steps.get(key, [])):
            counts = back[7] and back[5] != HANDED_BACK
            wait = timedelta(seconds=run.backoff_seconds * 2 ** (back[7] - 1)) if counts else timedelta(0)
            if back[3] == CLAIM and claim[4] == CLAIM and claim[2] - back[2] < wait:
                yield f"{run} {key}: attempt {claim[7]} began {claim[2] - back[2]} after the last, not {wait}"


def history(evidence: Evidence) -> Iterator[str]:
    """A legal path whose times rise; what was there once is there still, and says the same."""
    for key, run in evidence.runs.items():
        steps = evidence.steps.get(key, [])
        path = [step[4] for step in steps]
        if not path or path[0] not in FIRST or steps[0][3]:
            yield f"{run} {key} has no beginning: {path}"
            continue
        for before, after in pairwise(steps):
            if after[3] != before[4] or after[4] not in TRANSITIONS[RunStatus(before[4])]:
                yield f"{run} {key}: from {before[4]} to {after[4]}, written as from {after[3]}"
            if after[2] < before[2]:
                yield f"{run} {key}: {after[4]} at {after[2]}, before {before[4]} at {before[2]}"
        if path[-1] != run.status:
            yield f"{run} {key} is {run.status}, and its last step leads to {path[-1]}"
    now = {step[0]: step for steps in evidence.steps.values() for step in steps}
    yield from (f"step {step} is now {now.get(pk)}" for pk, step in evidence.seen.items() if now.get(pk) != step)
    yield from (f"run {pk} vanished" for pk in evidence.seen_runs if pk not in evidence.runs)


def neighbours(evidence: Evidence) -> Iterator[str]:
    """Other customers' runs are completed, and none of them waits for a minute."""
    for watched in evidence.watched:
        if not watched.is_neighbour:
            continue
        for moment, runs in evidence.ticks(watched).items():
            for run in runs:
                started = evidence.started(run)
                if run.status not in (RunStatus.COMPLETED, RunStatus.SKIPPED):
                    yield f"{watched.name} {moment} is {run.status}: {run.reason}"
                elif started and started - moment > NEIGHBOURS_WAIT:
                    yield f"{watched.name} {moment} waited {started - moment}"


INVARIANTS: tuple[Invariant, ...] = (coverage, effects_are_there, once, fenced, ends, bounded, history, neighbours)

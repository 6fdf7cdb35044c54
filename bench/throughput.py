"""Runs per second.

So many messages wait; then the worker takes them, and the time from a tenth of them being taken to the last is
measured. *Celery task that writes nothing* is a task without a result, *Brandbeat run* is a due tick's run with its
whole bookkeeping: claim, lease, events, outcome. Both are done by the same worker, one after the other, in five pairs;
the share is the median of the five pairs' shares. The peers work with as many processes (RQ) or tasks (Procrastinate)
at the same time. On PostgreSQL a run waits for the disk twice, at its claim and at its outcome; with more processes
they wait together. The parts of it are in *Where a run's time goes*.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import closing

from bench.contender import Bare, Contender, Ours, celery_worker
from bench.peers import Procrastinate, Rq
from bench.section import Bench, Cell, Table
from jobs.models import JobRun
from jobs.status import RunStatus
from tests.acceptance.harness import Platform

CONCURRENCIES = (4, 12)  # processes: as many as a worker has by default, and enough to share the waits for the disk
NUMBER = 1_000
WARM_UP = 300
PAIRS = 5
LOOK = 0.005  # seconds
COLUMNS = ("work", "runs/s, median", "slowest", "fastest", "share of bare Celery")


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[kind]
        for concurrency in CONCURRENCIES:
            with bench.platform(kind) as platform:
                rows = _paired(bench, platform, concurrency)
                if kind == "postgresql" and concurrency == CONCURRENCIES[0]:
                    rows += [_alone(platform, peer, concurrency, bare=rows[0][1]) for peer in (Rq, Procrastinate)]
            yield Table(f"{name}, {concurrency} processes", COLUMNS, rows)


def _paired(bench: Bench, platform: Platform, concurrency: int) -> list[list[Cell]]:
    with (
        celery_worker(platform, concurrency),
        closing(Bare(platform, concurrency)) as bare,
        closing(Ours(platform, concurrency)) as ours,
    ):
        for contender in (bare, ours):
            _pace(contender, WARM_UP)
        pairs = []
        for _ in range(PAIRS):
            pairs.append((_pace(bare, NUMBER), _pace(ours, NUMBER)))
            _all_completed()
            bench.say(f"  {pairs[-1][0]:.0f} bare, {pairs[-1][1]:.0f} runs/s")
    rows = [_row(contender, paces) for contender, paces in zip((bare, ours), zip(*pairs, strict=True), strict=True)]
    rows[0].append(1.0)
    rows[1].append(statistics.median(b / a for a, b in pairs))
    return rows


def _alone(platform: Platform, contender_class: type[Contender], concurrency: int, bare: Cell) -> list[Cell]:
    with closing(contender_class(platform, concurrency)) as contender:
        row = _row(contender, [_pace(contender, NUMBER) for _ in range(3)])
    row.append(float(row[1] or 0) / float(bare or 1))
    return row


def _row(contender: Contender, paces: "list[float] | tuple[float, ...]") -> list[Cell]:
    return [contender.name, statistics.median(paces), min(paces), max(paces)]


def _pace(contender: Contender, number: int) -> float:
    """Pieces of work per second, after the first tenth."""
    contender.fill(number)
    with contender.working():
        _until(contender, number * 9 // 10)
        since, left = time.monotonic(), contender.left()
        _until(contender, 0)
        return left / (time.monotonic() - since)


def _until(contender: Contender, left: int) -> None:
    while contender.left() > left:
        time.sleep(LOOK)


def _all_completed() -> None:
    if open_runs := JobRun.objects.exclude(status=RunStatus.COMPLETED).count():
        raise RuntimeError(f"{open_runs} runs were not completed.")

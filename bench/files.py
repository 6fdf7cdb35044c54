"""The analysis of files

A made-up table of orders goes through the job type `file_analysis` in a worker: it is read, typed and searched for
insights in a process of its own, and the insights are written to SQLite. *Seconds* are those of the run; *memory* is
the highest resident set of the process that analyses. *Progress* is how many different percentages the run's row showed
on the way. Planted are a trend, a segment that differs, a correlation and an outlier; *found* says how many of them
have an insight with a confidence above 0.9.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.section import Bench, Table
from brands.models import Customer
from jobs.models import JobRun
from jobs.offspring import descendants
from tests.acceptance.harness import Platform

ROWS = (10_000, 100_000, 1_000_000)
LOOK = 0.02  # seconds between two looks at memory and progress
BEGIN = """
from django.core.files import File
from brands.models import Customer
from jobs.files import analyse
from jobs.uploads import store
with open({path!r}, "rb") as content:
    file = store(Customer.objects.get(), File(content, name={name!r})).file
result = str(analyse(file).run.pk)
"""
PLANTED = {("trend", "revenue"), ("segment", "revenue"), ("correlation", "revenue"), ("outliers", "latency")}


def measure(bench: Bench) -> Iterator[Table]:
    heads = ("rows", "MB", "seconds", "memory, MB", "progress", "insights", "found")
    with bench.platform("sqlite") as platform:
        Customer.objects.create(name="Bench")
        worker = platform.worker("worker", "--concurrency", "1").pid
        rows = [_measured(platform, bench.folder / f"{count}.csv", count, worker) for count in ROWS]
    yield Table("From upload to insights", heads, rows, note="Ten columns of every kind, about 110 bytes a row.")


def _measured(
    platform: Platform, path: Path, count: int, worker: int
) -> tuple[int, float, float, float | None, int, int, str]:
    write_orders(path, count)
    run = JobRun.objects.get(pk=platform.shell(BEGIN.format(path=str(path), name=path.name)))
    memory, progress = 0.0, set[int]()
    while run.is_open:
        time.sleep(LOOK)
        memory = max([memory, *map(_peak, descendants(worker))])
        run.refresh_from_db()
        progress.add(run.done)
    file = run.files.get()
    found = {(each.type, each.evidence["columns"][-1]) for each in file.insights.filter(confidence__gt=0.9)}
    seconds = run.duration.total_seconds() if run.duration else 0
    found_of = f"{len(PLANTED & found)} of {len(PLANTED)}"
    return (
        count,
        round(file.size / 1e6, 1),
        round(seconds, 1),
        memory or None,
        len(progress),
        file.insights.count(),
        found_of,
    )


def _peak(pid: int) -> float:
    """The highest resident set of a process that analyses, in MB; 0 for another one."""
    try:
        if b"jobs.analysis" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((round(int(line.split()[1]) / 1000, 1) for line in lines if line.startswith("VmHWM")), 0)


def write_orders(path: Path, rows: int) -> None:
    """Orders of 700 days; revenue follows price, rises over time and is higher in the West; one latency is far off."""
    chance = np.random.default_rng(rows)
    day = np.sort(chance.integers(0, 700, rows))
    days = (np.datetime64("2024-01-01") + day).astype(str)
    region = chance.choice(["North", "South", "East", "West"], rows)
    price, quantity = chance.lognormal(3, 0.5, rows), chance.poisson(5, rows) + 1
    revenue = price * quantity * (1 + day / 700) * np.where(region == "West", 1.4, 1)
    latency, score, buyer = chance.gamma(2, 30, rows), chance.normal(50, 10, rows), chance.integers(1, 10**9, rows)
    latency[rows // 2] = 99_999
    with path.open("w") as file:
        file.write("order_id,day,region,price,quantity,revenue,score,latency,customer,comment\n")
        for i in range(rows):
            file.write(
                f"{i},{days[i]},{region[i]},{price[i]:.2f},{quantity[i]},{revenue[i]:.2f},{score[i]:.4f},"
                f"{latency[i]:.3f},K{buyer[i]:010d},a short comment about {buyer[i] % 977} and some more words\n"
            )

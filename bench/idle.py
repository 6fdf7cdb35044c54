"""A scheduler at rest.

So many hourly schedules exist and none of them is due (of daily ones whose hour is not near, the stock scheduler would
load none). *Start* is the time from the start of the process until the message of a job that is due already is in the
broker's queue; most of it is Python and Django being loaded. *Idle* is processor time over twenty seconds. *Change
seen* is the time from saving a job that is switched on, every second, until its first message: up to one second of it
is its schedule's own.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import redis
from django_celery_beat.models import IntervalSchedule

from bench import process, schedules
from bench.schedulers import OURS, STOCK, beat, broker, first_message
from bench.section import Bench, Cell, Table
from bench.work import Nothing
from jobs.models import JobRun, ScheduledJob
from tests.acceptance.harness import Platform

SETTLE = 6.0  # seconds after the start
IDLE = 20.0  # seconds
PATIENCE = 240.0  # seconds
COLUMNS = ("scheduler", "start s", "PSS MiB", "RSS MiB", "idle CPU s/s", "change seen s")
TWO_DAYS = timedelta(days=2)


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[kind]
        with bench.platform(kind) as platform:
            probe = _probe()
            for size in sorted(bench.sizes):
                schedules.fill(size)
                ours, stock = (_at_rest(bench, platform, scheduler, probe) for scheduler in (OURS, STOCK))
                ratio = [_ratio(b, a) for a, b in zip(ours, stock, strict=True)]
                rows: list[list[Cell]] = [[OURS, *ours], [STOCK, *stock], ["ratio", *ratio]]
                yield Table(f"{name}, {size:,} schedules", COLUMNS, rows)


def _ratio(stock: float | None, ours: float | None) -> Cell:
    return f"{stock / ours:.3g} ×" if stock and ours else None


def _probe() -> ScheduledJob:
    daily = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    probe = ScheduledJob(name="Probe", job_type=Nothing.name, interval=daily)
    probe.save()
    return probe


def _at_rest(bench: Bench, platform: Platform, scheduler: str, probe: ScheduledJob) -> list[float | None]:
    _make_due(probe)
    with broker(platform) as client:
        since = time.monotonic()
        with beat(platform, scheduler) as running:
            start = first_message(client, since, limit=PATIENCE)
            time.sleep(SETTLE)
            before = process.cpu_seconds(running.pid)
            time.sleep(IDLE)
            idle = (process.cpu_seconds(running.pid) - before) / IDLE
            memory = process.memory(running.pid)
            seen = _change_seen(client)
    bench.say(f"  {scheduler}: start {start}, {memory} MiB, idle {idle}, change {seen}")
    return [start, *memory, idle, seen]


def _make_due(probe: ScheduledJob) -> None:
    """Two days late for the stock scheduler, a second for ours, whose intervals count from the row's creation."""
    JobRun.objects.all().delete()
    now = datetime.now(UTC)
    second_ago = now - timedelta(seconds=1)
    due = {"created_at": second_ago, "next_run_at": second_ago, "last_run_at": now - TWO_DAYS}
    ScheduledJob.objects.filter(pk=probe.pk).update(**due)


def _change_seen(client: "redis.Redis") -> float | None:
    every_second = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    changed = ScheduledJob(name="Changed", job_type=Nothing.name, interval=every_second, enabled=False)
    changed.save()
    client.flushall()
    changed.enabled, changed.last_run_at = True, None
    since = time.monotonic()
    changed.save()
    seconds = first_message(client, since, limit=PATIENCE)
    changed.delete()  # type: ignore[no-untyped-call]
    return seconds

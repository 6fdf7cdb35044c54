"""Many schedules due in the same minute.

So many hourly schedules exist; all of them, then 1 %, become daily ones that are due at the beginning of one minute.
One beat runs and no worker. *pending* is the time from that moment until the run of the last due tick is in the
database, *published* until the last message is in the broker's queue. Lateness is that of the messages, as they are
counted in the queue every 50 ms. The stock scheduler sends messages only, and it is stopped after half a minute: "12 of
1,000" is how far it came; its messages a second are those up to then.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import redis

from bench import schedules
from bench.schedulers import OURS, STOCK, beat, broker, messages
from bench.section import Bench, Cell, Table
from jobs.models import JobRun, ScheduledJob
from jobs.status import RunStatus
from tests.acceptance.harness import Platform

LOOK = 0.05  # seconds
PATIENCE = {OURS: 180.0, STOCK: 30.0}  # seconds
LEAD = {OURS: 8, STOCK: 12}  # seconds for the start before the moment, and for each 1,000 schedules:
LEAD_PER_1000 = {OURS: 0.0, STOCK: 1.0}
COLUMNS = (
    "scheduler",
    "pending s",
    "published s",
    "lateness p50 s",
    "lateness p99 s",
    "messages/s",
    "times the other's",
)


@dataclass(slots=True)
class Wave:
    """What was seen of one moment: (seconds since, messages in the queue), rising."""

    due: int
    seen: list[tuple[float, int]] = field(default_factory=list)
    pending: float | None = None

    def lateness(self, share: float) -> float | None:
        """Seconds after which that share of the messages was in the queue."""
        return next((seconds for seconds, number in self.seen if number >= share * self.due), None)

    @property
    def pace(self) -> float:
        """Messages a second, from the moment until the last one that was seen to come."""
        seconds, number = self.seen[-1]
        return number / seconds

    @property
    def is_over(self) -> bool:
        return bool(self.seen) and self.seen[-1][1] >= self.due


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[kind]
        for size in bench.sizes:
            with bench.platform(kind) as platform:
                schedules.fill(size)
                for share in (1.0, 0.01):
                    waves = {scheduler: _wave(bench, platform, scheduler, share) for scheduler in (OURS, STOCK)}
                    rows = [_row(scheduler, wave, waves[STOCK]) for scheduler, wave in waves.items()]
                    yield Table(f"{name}, {waves[OURS].due:,} of {size:,} schedules due", COLUMNS, rows)


def _row(scheduler: str, wave: Wave, stock: Wave) -> list[Cell]:
    published: Cell = wave.seen[-1][0] if wave.is_over else f"{wave.seen[-1][1]:,} of {wave.due:,}"
    ratio = wave.pace / stock.pace if scheduler == OURS and stock.pace else None
    return [scheduler, wave.pending, published, wave.lateness(0.5), wave.lateness(0.99), wave.pace, ratio]


def _wave(bench: Bench, platform: Platform, scheduler: str, share: float) -> Wave:
    schedules.rest()
    lead = LEAD[scheduler] + LEAD_PER_1000[scheduler] * ScheduledJob.objects.count() / 1000
    moment = _minute_after(datetime.now(UTC) + timedelta(seconds=lead))
    wave = Wave(schedules.due_at(moment, share))
    with broker(platform) as client, beat(platform, scheduler):
        _watch(wave, client, moment, scheduler)
    bench.say(f"  {wave.due} due, {scheduler}: pending {wave.pending}, messages {wave.seen[-1]}")
    pending = JobRun.objects.filter(status=RunStatus.PENDING, scheduled_for=moment).count()
    if scheduler == OURS and pending != wave.due:
        raise RuntimeError(f"{pending} of {wave.due} runs are pending.")
    return wave


def _minute_after(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _watch(wave: Wave, client: "redis.Redis", moment: datetime, scheduler: str) -> None:
    time.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))
    while not wave.is_over:
        since = (datetime.now(UTC) - moment).total_seconds()
        wave.seen.append((since, messages(client)))
        if scheduler == OURS and wave.pending is None and not ScheduledJob.objects.due(moment).exists():
            wave.pending = since
        if since > PATIENCE[scheduler]:
            break
        time.sleep(LOOK)

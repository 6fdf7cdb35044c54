"""From trigger to work on an idle worker.

Each is asked for one piece of work after the other, with a short and varied rest between them. Measured is the time
from before the call that asks (for a run: `trigger`, which writes the run and its event) until the first line of the
work, which for a run comes after its claim: it is `processing` by then.
"""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import redis

from bench.contender import Bare, Contender, Ours, celery_worker
from bench.peers import Procrastinate, Rq
from bench.section import Bench, Cell, Table, percentile
from bench.telling import STARTED
from tests.acceptance.harness import Platform

CONCURRENCY = 4
WARM_UP = 30
MEASURED = 200
REST = 0.05, 0.15  # seconds
COLUMNS = ("work", "p50 ms", "p99 ms", "longest ms", "p50, times bare Celery")


def measure(bench: Bench) -> Iterator[Table]:
    for kind in bench.databases:
        name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[kind]
        with bench.platform(kind) as platform:
            rows = _rows(bench, platform, [Rq, Procrastinate] if kind == "postgresql" else [])
        yield Table(name, COLUMNS, rows)


def _rows(bench: Bench, platform: Platform, peers: list[type[Contender]]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    bare = 0.0
    contenders: list[type[Contender]] = [Bare, Ours, *peers]
    for contender_class in contenders:
        with ExitStack() as stack:
            if contender_class in (Bare, Ours):
                stack.enter_context(celery_worker(platform, CONCURRENCY))
            contender = stack.enter_context(closing(contender_class(platform, CONCURRENCY)))
            with contender.working():
                waits = [seconds * 1000 for seconds in _waits(platform, contender)]
        p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
        bare = bare or p50
        rows.append([contender.name, p50, p99, max(waits), p50 / bare])
        bench.say(f"  {contender.name}: {p50:.1f} ms, {p99:.1f} ms")
    return rows


def _waits(platform: Platform, contender: Contender) -> list[float]:
    with redis.Redis.from_url(platform.redis_url, socket_timeout=30) as client:
        waits = [_wait(client, contender) for _ in range(WARM_UP + MEASURED)]
    return waits[WARM_UP:]


def _wait(client: "redis.Redis", contender: Contender) -> float:
    time.sleep(random.uniform(*REST))  # noqa: S311
    before = time.time()
    contender.send()
    told = client.blpop([STARTED], timeout=20)
    if told is None:
        raise TimeoutError(f"{contender.name} did not begin within 20 seconds.")
    return float(told[1]) - before

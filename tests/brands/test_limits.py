"""The pace that workers keep together, through a real Redis."""

import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from brands.limits import KNOWN, Limits
from brands.pace import AHEAD, Wait, Why
from config import processes, redis_server
from jobs.errors import RateLimited, Unavailable


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("redis")
    url = f"redis://127.0.0.1:{processes.free_port()}/0"
    process = redis_server.start(folder, url, log=folder / "redis.log")
    processes.wait_until(process, lambda: redis_server.answers(url), seconds=30)
    yield url
    processes.stop([process], seconds=5)


def pace(settings: Any, provider: str, **limits: float) -> None:
    entry = {"calls_per_second": 0, "concurrency": 50, "timeout": 0} | limits
    settings.PROVIDER_LIMITS = settings.PROVIDER_LIMITS | {provider: entry}


def is_let_through(limits: Limits, provider: str) -> bool:
    return not isinstance(limits.enter(provider), Wait)


def wait_of(limits: Limits, provider: str) -> Wait:
    wait = limits.enter(provider)
    assert isinstance(wait, Wait)
    return wait


def keep_asking(url: str, provider: str, until: float, left: list[float]) -> None:
    """What a worker does: come back when it is told to, take its time to prepare the call, and let it leave."""
    limits, prepared = Limits(url), cycle([0.0, 0.03, AHEAD * 2, 0.01])
    while time.monotonic() < until:
        turn = limits.enter(provider)
        if isinstance(turn, Wait):
            time.sleep(min(turn.seconds, max(until - time.monotonic(), 0)))
            continue
        time.sleep(next(prepared))
        while (seconds := turn.wait()) > 0:
            time.sleep(seconds)
        left.append(time.monotonic())
        limits.leave(provider)
    limits.close()


def test_workers_keep_one_rate_together(redis: str, settings: Any) -> None:
    pace(settings, "shared", calls_per_second=20)
    left: list[float] = []
    until = time.monotonic() + 2
    workers = [threading.Thread(target=keep_asking, args=(redis, "shared", until, left)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert 25 <= len(left) <= 41


def test_workers_have_their_calls_in_the_air_together(redis: str, settings: Any) -> None:
    pace(settings, "crowded", concurrency=3)
    one, other = Limits(redis), Limits(redis)
    assert [is_let_through(limits, "crowded") for limits in (one, one, other)] == [True, True, True]
    assert wait_of(other, "crowded").why is Why.FULL
    one.leave("crowded")
    assert is_let_through(other, "crowded")


def test_a_retry_after_that_one_worker_hears_holds_for_all(redis: str, settings: Any) -> None:
    pace(settings, "busy")
    one, other = Limits(redis), Limits(redis)
    assert is_let_through(one, "busy")
    one.leave("busy", RateLimited(retry_after=20))
    wait = wait_of(other, "busy")
    assert wait.why is Why.PAUSED
    assert 19 < wait.seconds <= 20


def test_failures_of_all_workers_count_together(redis: str, settings: Any) -> None:
    pace(settings, "ill")
    workers = [Limits(redis) for _ in range(settings.COLLECTION_BREAKER_FAILURES)]
    for worker in workers:
        assert is_let_through(worker, "ill")
        worker.leave("ill", Unavailable())
    assert wait_of(workers[0], "ill").why is Why.RESTING


def test_without_redis_a_process_keeps_the_pace_from_what_it_knew(redis: str, settings: Any) -> None:
    pace(settings, "known")
    Limits(redis).leave("known", RateLimited(retry_after=20))
    alone = Limits("redis://127.0.0.1:9/0")
    assert wait_of(alone, "known").why is Why.PAUSED
    KNOWN.clear()
    assert is_let_through(alone, "known")

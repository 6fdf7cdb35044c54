"""The pace that workers keep together, through a real Redis."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brands.limits import KNOWN, Limits
from brands.pace import Why
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


def keep_asking(url: str, provider: str, until: float, left: list[float]) -> None:
    """What a worker does: ask, and come back when it is told to."""
    limits = Limits(url)
    while time.monotonic() < until:
        wait = limits.enter(provider)
        if wait is None:
            left.append(time.monotonic())
            limits.leave(provider)
        else:
            time.sleep(min(wait.seconds, max(until - time.monotonic(), 0)))
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
    assert [one.enter("crowded"), one.enter("crowded"), other.enter("crowded")] == [None, None, None]
    wait = other.enter("crowded")
    assert wait is not None
    assert wait.why is Why.FULL
    one.leave("crowded")
    assert other.enter("crowded") is None


def test_a_retry_after_that_one_worker_hears_holds_for_all(redis: str, settings: Any) -> None:
    pace(settings, "busy")
    one, other = Limits(redis), Limits(redis)
    assert one.enter("busy") is None
    one.leave("busy", RateLimited(retry_after=20))
    wait = other.enter("busy")
    assert wait is not None
    assert wait.why is Why.PAUSED
    assert 19 < wait.seconds <= 20


def test_failures_of_all_workers_count_together(redis: str, settings: Any) -> None:
    pace(settings, "ill")
    workers = [Limits(redis) for _ in range(settings.COLLECTION_BREAKER_FAILURES)]
    for worker in workers:
        assert worker.enter("ill") is None
        worker.leave("ill", Unavailable())
    wait = workers[0].enter("ill")
    assert wait is not None
    assert wait.why is Why.RESTING


def test_without_redis_a_process_keeps_the_pace_from_what_it_knew(redis: str, settings: Any) -> None:
    pace(settings, "known")
    Limits(redis).leave("known", RateLimited(retry_after=20))
    alone = Limits("redis://127.0.0.1:9/0")
    wait = alone.enter("known")
    assert wait is not None
    assert wait.why is Why.PAUSED
    KNOWN.clear()
    assert alone.enter("known") is None

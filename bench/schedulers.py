"""The two schedulers that are compared, each as the process that `celery -A config beat` runs."""

import contextlib
import time
from collections.abc import Iterator

import redis

from config import processes, services
from config.processes import Process
from tests.acceptance.harness import Platform

OURS = "Brandbeat"
STOCK = "django-celery-beat"
OPTIONS = {
    OURS: [],
    # With its own longest wait; Brandbeat's settings would make it look five times as often.
    STOCK: ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--max-interval", "5"],
}
QUEUE = "celery"


@contextlib.contextmanager
def beat(platform: Platform, scheduler: str) -> Iterator[Process]:
    process = platform.start("beat", services.celery("beat", "--loglevel", "INFO", *OPTIONS[scheduler]))
    try:
        yield process
    finally:
        processes.stop([process], seconds=5)


@contextlib.contextmanager
def broker(platform: Platform) -> Iterator["redis.Redis"]:
    """A client of the platform's Redis, which is empty at first and afterwards."""
    with redis.Redis.from_url(platform.redis_url) as client:
        client.flushall()
        try:
            yield client
        finally:
            client.flushall()


def messages(client: "redis.Redis") -> int:
    return int(client.llen(QUEUE))


def first_message(client: "redis.Redis", since: float, *, limit: float) -> float | None:
    """Seconds from `since` (time.monotonic()) until a message is in the queue; None where there is none by the limit.

    Looks every 20 ms.
    """
    while (seconds := time.monotonic() - since) < limit:
        if messages(client):
            return seconds
        time.sleep(0.02)
    return None

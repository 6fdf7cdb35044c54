"""Those who do the same nothing beside each other: bare Celery tasks, Brandbeat's runs on the same worker, peers."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

import redis
from celery import current_app

from bench import schedules
from bench.schedulers import QUEUE
from bench.work import Nothing, celery_task
from config import processes
from jobs.dispatch import dispatch_due, trigger
from jobs.models import ScheduledJob
from tests.acceptance.harness import Platform


class Contender(ABC):
    """`working` is a worker that takes what was sent or filled in; `left` is what no worker has taken yet."""

    name: ClassVar[str]

    def __init__(self, platform: Platform, concurrency: int) -> None:
        self.platform = platform
        self.concurrency = concurrency

    @abstractmethod
    def working(self) -> contextlib.AbstractContextManager[None]: ...

    @abstractmethod
    def send(self) -> None:
        """Ask for one piece of work that tells when it began."""

    @abstractmethod
    def fill(self, number: int) -> None:
        """Ask for so many pieces of work that tell nothing."""

    @abstractmethod
    def left(self) -> int: ...

    @abstractmethod
    def close(self) -> None: ...


class OnCelery(Contender):
    """The worker is the project's own. It is started once and told when to take messages."""

    def __init__(self, platform: Platform, concurrency: int) -> None:
        super().__init__(platform, concurrency)
        self.client = redis.Redis.from_url(platform.redis_url)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        current_app.control.add_consumer(QUEUE, reply=True)
        try:
            yield
        finally:
            current_app.control.cancel_consumer(QUEUE, reply=True)

    def left(self) -> int:
        return int(self.client.llen(QUEUE))

    def close(self) -> None:
        self.client.close()


class Bare(OnCelery):
    name = "Celery task that writes nothing"

    def send(self) -> None:
        celery_task.delay(tells=True)

    def fill(self, number: int) -> None:
        with current_app.producer_pool.acquire(block=True) as producer:
            for _ in range(number):
                celery_task.apply_async(producer=producer)


class Ours(OnCelery):
    name = "Brandbeat run"

    def __init__(self, platform: Platform, concurrency: int) -> None:
        super().__init__(platform, concurrency)
        self.job = ScheduledJob(name="Triggered", job_type=Nothing.name, options={"tells": True}, overlap="allow")
        self.job.set_cron("0 0 1 1 *", "UTC")
        self.job.save()

    def send(self) -> None:
        trigger(self.job)

    def fill(self, number: int) -> None:
        schedules.rest()
        schedules.fill(number + 1)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        schedules.due_at(now, 1.0)
        dispatch_due(now)


@contextlib.contextmanager
def celery_worker(platform: Platform, concurrency: int) -> Iterator[None]:
    """The worker for bare tasks and for runs; it takes no messages before it is told to."""
    worker = platform.worker("bench", "--include", "bench.work", "--concurrency", str(concurrency))
    current_app.control.cancel_consumer(QUEUE, reply=True)
    try:
        yield
    finally:
        processes.stop([worker], seconds=5)

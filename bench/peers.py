"""Other task queues that do the same nothing, each with a worker of its own kind and as much at the same time."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import procrastinate
import redis
import rq
from django.db import connection

from bench.contender import Contender
from bench.procrastinate_app import app, nothing
from bench.telling import function
from config import processes
from tests.acceptance.harness import Platform, run

RQ_QUEUE = "bench"


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@contextlib.contextmanager
def _process(platform: Platform, name: str, argv: list[str]) -> Iterator[None]:
    process = platform.start(name, argv)
    try:
        yield
    finally:
        processes.stop([process], seconds=5)


class Rq(Contender):
    name = "RQ"

    def __init__(self, platform: Platform, concurrency: int) -> None:
        super().__init__(platform, concurrency)
        self.queue = rq.Queue(RQ_QUEUE, connection=redis.Redis.from_url(platform.redis_url))

    def working(self) -> contextlib.AbstractContextManager[None]:
        options = ["--num-workers", str(self.concurrency), "--quiet"]
        argv = [_program("rq"), "worker-pool", RQ_QUEUE, "--url", self.platform.redis_url, *options]
        return _process(self.platform, "rq", argv)

    def send(self) -> None:
        self.queue.enqueue(function, True, result_ttl=0)

    def fill(self, number: int) -> None:
        jobs = [rq.Queue.prepare_data(function, (), result_ttl=0) for _ in range(number)]
        self.queue.enqueue_many(jobs)

    def left(self) -> int:
        return len(self.queue)

    def close(self) -> None:
        self.queue.connection.close()


class Procrastinate(Contender):
    name = "Procrastinate"

    def __init__(self, platform: Platform, concurrency: int) -> None:
        super().__init__(platform, concurrency)
        self.argv = [sys.executable, "-m", "procrastinate", "--app", "bench.procrastinate_app.app"]
        run([*self.argv, "schema", "--apply"], platform.environment)
        self.connector = procrastinate.SyncPsycopgConnector(conninfo=platform.environment["DATABASE_URL"])
        self.connector.open()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        argv = [*self.argv, "worker", "--concurrency", str(self.concurrency)]
        with _process(self.platform, "procrastinate", argv), app.replace_connector(self.connector):
            yield

    def send(self) -> None:
        nothing.defer(tells=True)

    def fill(self, number: int) -> None:
        with app.replace_connector(self.connector):
            calls: list[Any] = [{"tells": False}] * number
            nothing.batch_defer(*calls)

    def left(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
            return int(cursor.fetchone()[0])

    def close(self) -> None:
        self.connector.close()

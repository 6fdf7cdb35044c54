"""A broker of these tests' own, for those that send messages."""

from collections.abc import Iterator

import pytest
import redis
from celery import Celery, current_app

from config import processes, redis_server


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Celery]:
    """A Celery whose broker is a Redis of these tests."""
    folder = tmp_path_factory.mktemp("redis")
    url = f"redis://127.0.0.1:{processes.free_port()}/0"
    server = redis_server.start(folder, url, log=folder / "redis.log", persistent=False)
    app = Celery("test", broker=url, set_as_current=False)
    yield app
    app.producer_pool.force_close_all()
    app.pool.force_close_all()
    app.close()
    processes.stop([server])


@pytest.fixture
def broker(app: Celery) -> Iterator[redis.Redis]:
    """The broker, empty, that Celery sends to."""
    before = current_app._get_current_object()
    app.set_current()
    with redis.Redis.from_url(app.conf.broker_url) as client:
        client.flushall()
        yield client
    before.set_current()

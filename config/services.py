"""What Brandbeat runs: the program of each process, and how to tell that it does its work."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from config import flower_proxy, redis_server
from config.celery import app
from config.env import BASE_DIR
from config.processes import Process, python

Healthy = Callable[[Process], bool]


@dataclass(frozen=True, slots=True)
class Service:
    """`healthy` is asked about a process that is up: does it also answer?"""

    name: str
    argv: Callable[[str], list[str]]  # from its address
    healthy: Healthy
    port: Callable[[], int | None] = lambda: None


def environment() -> dict[str, str]:
    """What the processes get: ours, with the settings and the data folder named in full."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(settings.DATA_DIR.resolve()),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(BASE_DIR), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
    }


def celery(*arguments: str) -> list[str]:
    return python("-m", "celery", "-A", "config", *arguments)


def web_argv(address: str) -> list[str]:
    options = ["--workers", "2", "--threads", "8", "--graceful-timeout", "5", "--no-control-socket"]
    return python("-m", "gunicorn", "config.wsgi", "--bind", address, "--access-logfile", "-", *options)


def worker_argv(*options: str) -> list[str]:
    """Workers know of each other through the database; talking among themselves would only delay the start."""
    return celery("worker", "--loglevel", "INFO", "--without-mingle", "--without-gossip", *options)


def web_answers(address: str) -> bool:
    """Whether the web process at that host and port is ready for requests."""
    host = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    headers = {"Host": "localhost" if host == "*" else host}
    return _is_ok(f"http://{address}/readyz", headers=headers)


def flower_answers(address: str) -> bool:
    """Whether a Flower that takes our password listens at that host and port."""
    return _is_ok(f"http://{address}/flower/api/task/types", auth=flower_proxy.credentials())


def _is_ok(url: str, **options: Any) -> bool:
    try:
        return httpx.get(url, timeout=10, trust_env=False, **options).status_code == 200
    except httpx.HTTPError:
        return False


def names(role: str, **of: object) -> list[str]:
    """The names under which processes of that role (with that pid, or on that host) have said that they are alive."""
    from jobs import workers  # models: they can be imported only after Django is set up

    try:
        alive = workers.alive(role)
    except DatabaseError:
        return []
    return [worker.name for worker in alive if all(getattr(worker, field) == value for field, value in of.items())]


def worker_answers(name: str) -> bool:
    try:
        return bool(app.control.inspect([name], timeout=3, limit=1).ping())
    except (OperationalError, OSError):
        return False


def web_is_ready(process: Process) -> bool:
    return web_answers(process.address)


def flower_is_ready(process: Process) -> bool:
    return flower_answers(process.address)


def beat_is_ready(process: Process) -> bool:
    return bool(names("beat", pid=process.pid))


def worker_is_ready(process: Process) -> bool:
    return any(worker_answers(name) for name in names("worker", pid=process.pid))


SERVICES = (
    Service("web", web_argv, web_is_ready, lambda: settings.WEB_PORT),
    Service("worker", lambda _: worker_argv(), worker_is_ready),
    Service("beat", lambda _: celery("beat", "--loglevel", "INFO"), beat_is_ready),
    Service("flower", lambda _: celery("flower"), flower_is_ready, lambda: settings.FLOWER_PORT),
)


def redis_is_ready(_: Process | None = None) -> bool:
    return redis_server.answers(settings.CELERY_BROKER_URL)

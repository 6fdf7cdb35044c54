"""What Brandbeat runs: the program of each process, and how to tell that it does its work."""

import os
from collections.abc import Callable
from dataclasses import dataclass

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


def web_is_ready(process: Process) -> bool:
    host = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    headers = {"Host": "localhost" if host == "*" else host}
    try:
        return httpx.get(f"http://{process.address}/readyz", headers=headers, timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def flower_is_ready(process: Process) -> bool:
    url = f"http://{process.address}/flower/api/task/types"
    try:
        return httpx.get(url, auth=flower_proxy.credentials(), timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def _name(role: str, process: Process) -> str | None:
    """The name under which the process has said that it is alive."""
    from jobs import workers  # models: they can be imported only after Django is set up

    try:
        return next((worker.name for worker in workers.alive(role) if worker.pid == process.pid), None)
    except DatabaseError:
        return None


def beat_is_ready(process: Process) -> bool:
    return _name("beat", process) is not None


def worker_is_ready(process: Process) -> bool:
    name = _name("worker", process)
    try:
        return bool(name and app.control.inspect([name], timeout=3, limit=1).ping())
    except (OperationalError, OSError):
        return False


SERVICES = (
    Service("web", web_argv, web_is_ready, lambda: settings.WEB_PORT),
    Service("worker", lambda _: worker_argv(), worker_is_ready),
    Service("beat", lambda _: celery("beat", "--loglevel", "INFO"), beat_is_ready),
    Service("flower", lambda _: celery("flower"), flower_is_ready, lambda: settings.FLOWER_PORT),
)


def redis_is_ready(_: Process | None = None) -> bool:
    return redis_server.answers(settings.CELERY_BROKER_URL)

"""Processes that say they are alive: each Celery worker and each beat has a row that it renews."""

import os
import socket
import threading
from datetime import timedelta

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from jobs.models import Worker

_stopped = threading.Event()


def sign_on(name: str, role: str, concurrency: int = 1) -> None:
    """Say that this process is alive from now on."""
    now = timezone.now()
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    fields = {
        "role": role,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "concurrency": concurrency,
        "started_at": now,
        "seen_at": now,
    }
    Worker.objects.update_or_create(name=name, defaults=fields)


def sign_of_life(name: str) -> None:
    Worker.objects.filter(name=name).update(seen_at=timezone.now())


def sign_off(name: str) -> None:
    Worker.objects.filter(name=name).delete()


def alive(role: str) -> list[Worker]:
    """The processes of that role that are online."""
    return [worker for worker in Worker.objects.filter(role=role) if worker.state == Worker.State.ONLINE]


@worker_ready.connect
def _start(sender: object, **_: object) -> None:
    name = str(getattr(sender, "hostname", socket.gethostname()))
    concurrency = int(
        getattr(sender, "concurrency", None) or getattr(getattr(sender, "pool", None), "limit", None) or 1
    )
    _stopped.clear()
    sign_on(name, Worker.Role.WORKER, concurrency)
    threading.Thread(target=_live, args=(name,), name="sign-of-life", daemon=True).start()


@worker_shutdown.connect
def _stop(sender: object, **_: object) -> None:
    _stopped.set()
    sign_off(str(getattr(sender, "hostname", socket.gethostname())))


def _live(name: str) -> None:
    while not _stopped.wait(settings.WORKER_HEARTBEAT_INTERVAL):
        try:
            sign_of_life(name)
        except DatabaseError:
            continue  # a missed sign shows as stale, which is the truth
        finally:
            connection.close()

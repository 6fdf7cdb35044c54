"""Processes that say they are alive: each Celery worker and each beat has a row that it renews."""

import os
import socket
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from celery.signals import worker_ready, worker_shutdown
from celery.worker import state
from django.conf import settings
from django.db import Error, connection

from jobs import clock
from jobs.models import Worker
from jobs.patience import patiently
from jobs.queueing import EXECUTE_TASK

GONE_AFTER = timedelta(hours=1)  # of silence
_stopped = threading.Event()


def sign_on(name: str, role: str, concurrency: int = 1, queues: Sequence[str] = ()) -> None:
    """Say that this process is alive from now on."""
    clock.Clock.synchronise()
    now = clock.now()
    forget_gone(now)
    fields = {
        "role": role,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "concurrency": concurrency,
        "queues": list(queues),
        "version": settings.VERSION,
        "memory_bytes": memory(),
        "runs_done": 0,
        "started_at": now,
        "seen_at": now,
    }
    Worker.objects.update_or_create(name=name, defaults=fields)


def sign_of_life(name: str, **facts: int) -> None:
    Worker.objects.filter(name=name).update(seen_at=clock.now(), memory_bytes=memory(), **facts)


def forget_gone(now: datetime) -> None:
    """Forget the processes that went without a word and did not come back."""
    Worker.objects.filter(seen_at__lt=now - GONE_AFTER).delete()


def memory() -> int | None:
    """Bytes that this process and its children take, what they share counted once; None where it cannot be read."""
    try:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return sum(_memory_of(pid) for pid in (str(os.getpid()), *children))
    except OSError:
        return None


def _memory_of(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (ProcessLookupError, FileNotFoundError):  # it has ended in the meantime
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def sign_off(name: str) -> None:
    # The connection may be as old as the process, and the server may have been restarted since.
    patiently(lambda: Worker.objects.filter(name=name).delete())


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
    queues = [queue.name for queue in getattr(getattr(sender, "task_consumer", None), "queues", [])]
    sign_on(name, Worker.Role.WORKER, concurrency, queues)
    threading.Thread(target=_live, args=(name,), name="sign-of-life", daemon=True).start()


@worker_shutdown.connect
def _stop(sender: object, **_: object) -> None:
    _stopped.set()
    sign_off(str(getattr(sender, "hostname", socket.gethostname())))


def _live(name: str) -> None:
    while not _stopped.wait(settings.WORKER_HEARTBEAT_INTERVAL):
        try:
            sign_of_life(name, runs_done=_runs_done())
        except Error:
            continue  # a missed sign shows as stale, which is the truth
        finally:
            connection.close()


def _runs_done() -> int:
    """What Celery has counted in this worker since it started, less what it is at."""
    # `active_requests` may not be walked through from here: the worker's own thread changes it meanwhile.
    active: int = sum(r.name == EXECUTE_TASK and r.worker_pid is not None for r in list(state.requests.values()))
    counted: int = state.total_count[EXECUTE_TASK]
    return max(counted - active, 0)

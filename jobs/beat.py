"""What `celery -A config beat` runs: due scheduled jobs from the database, plain periodic tasks as ever.

Several beats may run at once. They share no state and need no leader: a tick is a row with a unique key.
"""

import logging
import os
import socket
import threading
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.backends.signals import connection_created
from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from jobs import clock
from jobs.dispatch import dispatch_all
from jobs.limits import call_all
from jobs.models import ScheduledJob, Worker
from jobs.patrol import start as start_patrol
from jobs.patrol import stop as stop_patrol
from jobs.recovery import publish_unsent, republish, rescue, resend_lost
from jobs.retention import sweep
from jobs.workers import forget_gone, sign_of_life, sign_off, sign_on

SIGN_EVERY = 5.0  # seconds
RESCUE_EVERY = 5.0
PRUNE_EVERY = 3600.0
FIRST_PRUNE = 60.0  # seconds after the start
logger = logging.getLogger(__name__)


class JobScheduler(DatabaseScheduler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.name = f"beat@{socket.gethostname()}:{os.getpid()}"
        self._signed = self._rescued = 0.0
        self._pruned = time.monotonic() - PRUNE_EVERY + FIRST_PRUNE
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def setup_schedule(self) -> None:
        connection_created.connect(unmap, dispatch_uid="jobs.beat")
        sign_on(self.name, Worker.Role.BEAT)
        start_patrol(watches=True)
        super().setup_schedule()  # type: ignore[no-untyped-call]

    def enabled_models_qs(self) -> "QuerySet[PeriodicTask]":
        """The plain periodic tasks; scheduled jobs are dispatched by their own column."""
        tasks: QuerySet[PeriodicTask] = super().enabled_models_qs()  # type: ignore[no-untyped-call]
        return tasks.filter(scheduledjob=None)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Dispatch what is due and return the seconds until the next look."""
        try:
            wait = self._look()
        except DatabaseError as error:
            logger.error("The database does not answer: %s", error, extra={"action": "beat_without_database"})
            close_old_connections()
            return float(settings.SCHEDULER_POLL_INTERVAL)
        return float(min(super().tick(*args, **kwargs), wait))

    def _look(self) -> float:
        """Do what is due and return the seconds until the next look, which follows at once if messages are left."""
        close_old_connections()
        clock.Clock.synchronise()
        moment = _next_moment()
        if moment is not None and moment <= clock.now():
            dispatch_all(clock.now())
            moment = _next_moment()
        is_behind = publish_unsent(clock.now())
        call_all()
        elapsed = time.monotonic()
        if elapsed - self._rescued >= RESCUE_EVERY:
            rescue(clock.now())
            republish(clock.now())
            resend_lost(clock.now())
            self._rescued = elapsed
        if elapsed - self._pruned >= PRUNE_EVERY:
            forget_gone(clock.now())
            threading.Thread(target=sweep, name="prune", daemon=True).start()
            self._pruned = elapsed
        if elapsed - self._signed >= SIGN_EVERY:
            sign_of_life(self.name)
            self._signed = elapsed
        return 0.0 if is_behind else _seconds_to(moment)

    def close(self) -> None:
        stop_patrol()
        sign_off(self.name)
        super().close()


def unmap(connection: Any, **_: Any) -> None:
    """A file of SQLite's that is mapped counts as memory of whoever reads it; beat, which reads little, has no need."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")


def _next_moment() -> datetime | None:
    """When the next scheduled job is due, as far as is known."""
    due = ScheduledJob.objects.filter(enabled=True, next_run_at__isnull=False).order_by("next_run_at")
    moment: datetime | None = due.values_list("next_run_at", flat=True).first()
    return moment


def _seconds_to(moment: datetime | None) -> float:
    """At most the poll interval; a due job is not waited for."""
    poll = float(settings.SCHEDULER_POLL_INTERVAL)
    return poll if moment is None else min(max((moment - clock.now()).total_seconds(), 0.0), poll)

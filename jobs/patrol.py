"""A look round every half minute, in each beat and each worker: what is wrong becomes an alert, alerts are told.

Workers look too, since a beat that is gone cannot say so. All of them see the same; an alert is raised and sent once.
"""

import logging
import threading
from datetime import timedelta
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from jobs import clock
from jobs.alarms import Watch
from jobs.alerting import raise_alert, resolve_alert, resolve_kind, resolve_others, watchers
from jobs.models import Alert, JobRun, Worker
from jobs.notify import tell_waiting
from jobs.pages import list_page, row_page
from jobs.status import RunStatus

EVERY = 30.0  # seconds
OF_JOBS = "job"  # the kind of alert
BADLY = (RunStatus.FAILED, RunStatus.TIMED_OUT)
ENDED = (*BADLY, RunStatus.COMPLETED, RunStatus.PARTIAL)
RECENT = timedelta(minutes=10)  # runs that ended longer ago were seen by an earlier look
DAY = timedelta(days=1)
logger = logging.getLogger(__name__)


class Patrol:
    """`seen` are the alarms of the last look: only one that lasts is raised, so a restart makes no noise.

    The watchers of apps may take many queries: beats alone call them (`watches`).
    """

    def __init__(self, *, watches: bool = False) -> None:
        self.watches = watches
        self.seen: set[str] = set()

    def look(self) -> None:
        self._look_at_processes()
        if settings.ALERT_ON_FAILED_RUNS:
            look_at_runs()
        else:
            resolve_kind(OF_JOBS, keep=set())
        if self.watches:
            for _, watch in watchers.items():
                watch()
        tell_waiting()

    def _look_at_processes(self) -> None:
        alarms = {f"platform:{alarm.words}"[:300]: str(alarm) for alarm in Watch().of_platform()}
        for key, sentence in alarms.items():
            if key in self.seen:
                link = list_page(Worker)
                raise_alert(owner_id=None, kind="platform", key=key, sentence=sentence, link=link)
        resolve_others(owner_id=None, prefix="platform:", keep=set(alarms))
        self.seen = set(alarms)


def look_at_runs() -> None:
    """A scheduled job whose last run ended badly is an alert until one ends well."""
    now = clock.now()
    bad = JobRun.objects.filter(status__in=BADLY, scheduled_job__isnull=False, created_at__gte=now - DAY)
    for run in bad.filter(finished_at__gte=now - RECENT).select_related("scheduled_job"):
        if run.scheduled_job is not None and _last(run.scheduled_job_id) == run:
            link = row_page(JobRun, run.pk)
            sentence = f"{run.job_name} {run.get_status_display().lower()}: {run.reason}"
            key = f"job:{run.scheduled_job.pk}"
            raise_alert(owner_id=run.owner_id, kind=OF_JOBS, key=key, sentence=sentence, link=link)
    for alert in Alert.objects.filter(kind=OF_JOBS, resolved_at=None):
        last = _last(alert.key.partition(":")[2])
        if last is None or last.status not in BADLY:
            resolve_alert(owner_id=alert.owner_id, key=alert.key)


def _last(job_id: Any) -> JobRun | None:
    """The job's run that was made last, of those that have ended by themselves."""
    return JobRun.objects.filter(scheduled_job_id=job_id, status__in=ENDED).order_by("-created_at").first()


def walk(stopped: threading.Event, watches: bool) -> None:
    """Look until told to stop; leaves no connection open between two looks."""
    patrol = Patrol(watches=watches)
    while not stopped.wait(EVERY):
        try:
            patrol.look()
        except DatabaseError as error:
            logger.warning("A look round ended early: %s", error, extra={"action": "patrol_failed"})
        finally:
            connection.close()


_stopped = threading.Event()


@worker_ready.connect
def start(*, watches: bool = False, **_: object) -> None:
    _stopped.clear()
    threading.Thread(target=walk, args=(_stopped, watches), name="patrol", daemon=True).start()


@worker_shutdown.connect
def stop(**_: object) -> None:
    _stopped.set()

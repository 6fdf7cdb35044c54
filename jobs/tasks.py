"""Celery's face: each task takes an id and hands it on."""

import socket
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from celery.signals import task_prerun, task_received
from django.db import connection

from jobs import patrol, supervision, workers  # noqa: F401  (their signals: what a worker does beside its tasks)
from jobs.dispatch import trigger
from jobs.execution import execute
from jobs.models import ScheduledJob
from jobs.models.scheduled_job import TICK_TASK
from jobs.queueing import EXECUTE_TASK


@task_received.connect  # in the worker's own process, which writes Celery's records of processes that died
@task_prerun.connect
def let_go_of_a_broken_connection(**_: object) -> None:
    """Celery keeps connections from task to task, also one that the server has closed: no task could do anything."""
    if connection.errors_occurred and not connection.in_atomic_block:
        connection.close()


# The run says what became of it; Celery keeps a record only of an attempt that could not say so.
@shared_task(bind=True, name=EXECUTE_TASK, ignore_result=True, store_errors_even_if_ignored=True)
def execute_run(self: "Task[Any, Any]", run_id: str) -> str | None:
    """Do one attempt at a run."""
    worker = str(self.request.hostname or socket.gethostname())
    return execute(UUID(run_id), worker=worker, task_id=self.request.id or "")


@shared_task(name=TICK_TASK)
def tick(uuid: str) -> str:
    """A scheduled job's own task: what a stock scheduler would send, and what "run now" sends in Celery's tools."""
    return str(trigger(ScheduledJob.objects.get(uuid=uuid)).run.pk)

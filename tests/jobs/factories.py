"""Rows for tests of the engine, with whatever their status implies."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from jobs.job_type import JobType, OptionsModel, job_types
from jobs.models import JobRun, ScheduledJob
from jobs.status import DONE, RunStatus, Trigger


class Probe(JobType):
    """A job type whose work is whatever a test hands it."""

    name = "probe"
    label = "Probe"

    class Options(OptionsModel):
        size: int = 1
        loud_mode: bool = False

    @staticmethod
    def work(context: Any) -> dict[str, Any]:
        return {"size": context.options.size}

    def run(self, context: Any) -> dict[str, Any]:
        return type(self).work(context)


@contextmanager
def probe(work: Any = None) -> Iterator[type[Probe]]:
    """Register a job type `probe` that does `work(context)`."""
    members = {"work": staticmethod(work)} if work else {}
    cls = type("Probe", (Probe,), members)
    with job_types.temporarily("probe", cls):
        yield cls


def make_job(cron: str | None = "0 9 * * *", zone: str = "UTC", **fields: Any) -> ScheduledJob:
    job = ScheduledJob(**{"name": "Morning", "job_type": "probe", **fields})
    if cron:
        job.set_cron(cron, zone)
    job.save()
    return job


def make_run(status: RunStatus = RunStatus.PENDING, job: ScheduledJob | None = None, **fields: Any) -> JobRun:
    now = timezone.now()
    implied: dict[str, Any] = {}
    if status in DONE:
        implied = {"started_at": now, "finished_at": now, "attempt": 1}
    if status == RunStatus.PROCESSING:
        implied = {
            "started_at": now,
            "attempt": 1,
            "fence": 1,
            "worker": "w1",
            "lease_expires_at": now + timedelta(seconds=60),
        }
    implied |= {"status": status, "job_name": "Morning", "job_type": "probe", "trigger": Trigger.MANUAL}
    implied["owner"] = job.owner if job else None
    return JobRun.objects.create(scheduled_job=job, **{**implied, "max_attempts": 3, **fields})

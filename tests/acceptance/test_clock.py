"""Clocks that are wrong by two hours: the database's clock decides."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule

from config import processes
from jobs.models import JobRun, ScheduledJob, Worker
from jobs.status import RunStatus, Trigger
from tests.acceptance.harness import Platform, wait_for

LATER = """
import runpy, sys, time_machine
from datetime import UTC, datetime, timedelta
time_machine.travel(datetime.now(UTC) + timedelta(hours=float(sys.argv.pop(1))), tick=True).start()
sys.argv = ["celery", *sys.argv[1:]]
runpy.run_module("celery", run_name="__main__")
"""


@pytest.fixture
def wrong(platform: Platform):
    """Starts a Celery process of this platform whose clock is wrong by so many hours."""
    platform.environment |= {"DJANGO_SETTINGS_MODULE": "tests.stubborn.settings", "STUCK_RUN_THRESHOLD": "5"}

    def start(hours: float, role: str, *options: str) -> None:
        argv = processes.python("-c", LATER, str(hours), "-A", "config", role, "--loglevel", "INFO", *options)
        platform.start(f"{role}-{hours:g}", argv)
        wait_for(lambda: Worker.objects.filter(role=role).exists(), seconds=60)

    return start


def due(hours: float) -> ScheduledJob:
    moment = timezone.now() + timedelta(hours=hours)
    job = ScheduledJob(name=f"In {hours} hours", job_type="stubborn", options={"way": "well"})
    job.clocked = ClockedSchedule.objects.create(clocked_time=moment)
    job.save()
    return job


def test_a_beat_and_a_worker_whose_clocks_are_wrong_by_hours_are_on_time_and_keep_their_leases(wrong):
    early, now = due(1), due(4 / 3600)
    run = JobRun.objects.create(
        job_name="Nap", job_type="stubborn", options={"way": "nap"}, trigger=Trigger.MANUAL, max_attempts=3
    )
    wrong(2, "beat")
    wrong(-2, "worker", "--concurrency", "2")
    taken = wait_for(lambda: JobRun.objects.filter(pk=run.pk, status=RunStatus.PROCESSING).first(), seconds=30)
    assert abs(taken.started_at - timezone.now()) < timedelta(seconds=30)
    assert taken.lease_expires_at < timezone.now() + timedelta(seconds=6)
    wait_for(lambda: JobRun.objects.filter(pk=run.pk, status=RunStatus.COMPLETED).exists(), seconds=40)
    assert JobRun.objects.get(pk=run.pk).attempt == 1  # beat saw its lease run on, and took nothing back
    tick = wait_for(lambda: now.runs.filter(status=RunStatus.COMPLETED).first(), seconds=30)
    assert timedelta() <= tick.created_at - tick.scheduled_for < timedelta(seconds=20)
    assert not early.runs.exists()
    assert {worker.state for worker in Worker.objects.all()} == {Worker.State.ONLINE}

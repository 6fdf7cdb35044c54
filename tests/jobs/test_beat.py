import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.celery import app
from jobs import clock
from jobs.beat import JobScheduler, unmap
from jobs.models import ScheduledJob
from tests.jobs.factories import make_job, probe

pytestmark = pytest.mark.django_db(transaction=True)  # a look may close the connection


# The next moment, runs without a message, runs in line for a limit, whether a plain periodic task has changed.
LOOKED_AT = ["jobs_scheduledjob", "jobs_jobrun", "jobs_jobrun", "django_celery_beat_periodictasks"]


@pytest.fixture(autouse=True)
def _probe():
    with probe():
        yield


@pytest.fixture
def beat() -> Iterator[JobScheduler]:
    """One that has done what is done once a minute or less often."""
    beat = JobScheduler(app=app, lazy=True)
    beat.setup_schedule()
    beat._pruned += 1000
    beat.tick()
    yield beat
    beat.close()


def jobs(number: int, due_in: timedelta = timedelta(hours=1)) -> None:
    for place in range(number):
        job = make_job(name=f"Job {place}")
        ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=clock.now() + due_in)


def test_an_idle_look_asks_four_questions_however_many_jobs_there_are(beat):
    for number in (0, 3):
        jobs(number)
        beat.tick()  # which reads the plain periodic tasks again where any row has changed
        with CaptureQueriesContext(connection) as queries:
            beat.tick()
        assert re.findall(r'FROM "(\w+)"', " ".join(query["sql"] for query in queries)) == LOOKED_AT


def test_beat_sleeps_until_the_next_moment_but_no_longer_than_it_may(beat, settings):
    settings.SCHEDULER_POLL_INTERVAL = 1
    jobs(1)
    assert beat.tick() == 1
    ScheduledJob.objects.update(next_run_at=clock.now() + timedelta(seconds=0.4))
    assert 0 < beat.tick() <= 0.4


def test_the_size_of_the_database_is_no_memory_of_beat():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA mmap_size=1048576")
        unmap(connection)
        if connection.vendor == "sqlite":
            assert cursor.execute("PRAGMA mmap_size").fetchone() == (0,)

import threading
import time

import pytest
from django.db import connection, transaction

from jobs.models import JobRun, ScheduledJob
from jobs.status import Trigger
from tests.jobs.factories import make_job, probe


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_deleted_while_its_tick_is_written_leaves_the_run_behind():
    """On PostgreSQL the deletion would fail otherwise: the new run refers to the job and is not seen yet."""
    written = threading.Event()

    def write_a_tick(job):
        with transaction.atomic():
            ScheduledJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
            JobRun.of(job, Trigger.MANUAL).save()
            written.set()
            time.sleep(0.3)
        connection.close()

    with probe():
        job = make_job()
        beat = threading.Thread(target=write_a_tick, args=(job,))
        beat.start()
        written.wait(5)
        job.delete()
        beat.join()
    assert JobRun.objects.get().scheduled_job is None
    assert not ScheduledJob.objects.exists()

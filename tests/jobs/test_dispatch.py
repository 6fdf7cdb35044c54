from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import ClockedSchedule

from jobs.dispatch import dispatch_all, dispatch_due, retry, trigger
from jobs.models import JobRun, RunEvent, ScheduledJob
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _before_nine_with_a_probe():
    with probe(), time_machine.travel(NINE - timedelta(minutes=1), tick=False):
        yield


def ledger(job: ScheduledJob) -> list[tuple[str, str]]:
    return [(f"{run.scheduled_for:%H:%M}", run.status) for run in job.runs.order_by("scheduled_for")]


def test_nothing_is_dispatched_before_its_moment():
    make_job()
    assert dispatch_due(NINE - timedelta(seconds=1)) == []


def test_a_due_tick_becomes_one_pending_run_and_the_schedule_moves_on():
    job = make_job(options={"size": 4})
    (run,) = dispatch_due(NINE)
    job.refresh_from_db()
    assert (run.status, run.scheduled_for, run.trigger, run.options) == ("pending", NINE, "schedule", {"size": 4})
    assert run.schedule["cron_expression"] == "0 9 * * *"
    assert job.next_run_at == NINE + timedelta(days=1)
    assert [event.by for event in RunEvent.objects.filter(run=run)] == ["beat"]
    assert dispatch_due(NINE) == []


def test_a_tick_that_was_written_already_is_not_written_again():
    job = make_job()
    dispatch_due(NINE)
    JobRun.objects.update(status=RunStatus.COMPLETED, finished_at=NINE)
    ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=NINE)
    assert dispatch_due(NINE) == []
    assert ledger(job) == [("09:00", "completed")]


def test_inactive_jobs_are_not_dispatched():
    make_job(enabled=False)
    assert dispatch_due(NINE + timedelta(days=9)) == []


def test_a_tick_while_a_run_is_open_is_skipped_with_its_reason():
    job = make_job()
    make_run(RunStatus.PROCESSING, job)
    assert dispatch_due(NINE) == []
    skipped = job.runs.get(status=RunStatus.SKIPPED)
    assert skipped.scheduled_for == NINE
    assert "still open" in skipped.reason


def test_ticks_missed_while_no_beat_ran_are_noted_and_the_latest_runs():
    job = make_job("*/10 * * * *")
    dispatch_due(NINE + timedelta(minutes=25))
    assert ledger(job) == [("09:00", "skipped"), ("09:10", "skipped"), ("09:20", "pending")]
    assert "no scheduler ran" in job.runs.filter(status="skipped")[0].reason


def test_a_one_off_runs_once_and_is_switched_off():
    job = make_job(None, clocked=ClockedSchedule.objects.create(clocked_time=NINE))
    assert len(dispatch_due(NINE)) == 1
    job.refresh_from_db()
    assert (job.enabled, job.next_run_at) == (False, None)


def test_more_jobs_than_a_batch_are_all_dispatched(settings):
    settings.SCHEDULER_BATCH = 3
    for number in range(8):
        make_job(name=f"job {number}")
    assert len(dispatch_due(NINE)) == 8


@pytest.mark.parametrize("number", [10, 60])
def test_the_number_of_statements_does_not_grow_with_the_jobs(number, django_assert_max_num_queries):
    for each in range(number):
        make_job(name=f"job {each}")
    with django_assert_max_num_queries(12 if number == 10 else 16):  # SQLite takes its rows in portions
        dispatch_due(NINE)


def test_a_batch_reads_no_run_of_other_jobs():
    make_job()
    with CaptureQueriesContext(connection) as done:
        dispatch_due(NINE)
    said = [str(each["sql"]) for each in done.captured_queries]
    reads = [sql for sql in said if sql.startswith('SELECT "jobs_jobrun"')]
    assert len(reads) == 2  # ticks that are known, runs that are open
    if connection.vendor == "sqlite":  # PostgreSQL reads so small a table without an index
        for read in reads:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {read}")
                plan = str(cursor.fetchall())
            assert "(scheduled_job_id=? AND " in plan, plan


@pytest.mark.django_db(transaction=True)
def test_beat_dispatches_each_tick_once_also_with_a_second_thread(settings):
    settings.SCHEDULER_BATCH = 3
    for number in range(20):
        make_job(name=f"job {number}")
    dispatch_all(NINE)
    assert JobRun.objects.filter(status=RunStatus.PENDING, scheduled_for=NINE).count() == 20
    assert RunEvent.objects.count() == 20
    assert not ScheduledJob.objects.due(NINE).exists()


def test_a_trigger_makes_a_manual_run_also_of_an_inactive_job():
    job, ada = make_job(enabled=False), User.objects.create(username="ada")
    triggered = trigger(job, ada)
    assert triggered.created
    assert (triggered.run.trigger, triggered.run.triggered_by, triggered.run.scheduled_for) == ("manual", ada, None)
    assert triggered.run.events.get().by == "ada"


def test_a_second_trigger_is_answered_with_the_open_run():
    job = make_job()
    first, second = trigger(job), trigger(job)
    assert not second.created
    assert second.run == first.run


def test_options_of_a_single_run_do_not_change_the_job():
    job = make_job(options={"size": 1})
    assert trigger(job, options={"size": 9}).run.options == {"size": 9}
    assert ScheduledJob.objects.get(pk=job.pk).options == {"size": 1}


def test_a_retry_opens_the_same_run_again():
    run = make_run(RunStatus.FAILED)
    retry(run, "ada")
    assert JobRun.objects.get(pk=run.pk).status == RunStatus.PENDING
    assert run.events.get().reason == "Retried by ada."

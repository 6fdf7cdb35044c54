import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from celery.signals import task_prerun, task_received
from django.db import Error, OperationalError, connection
from django.utils import timezone

from jobs import heartbeat
from jobs.errors import GiveUp, RateLimited, RetryLater, Unauthorized
from jobs.execution import execute
from jobs.models import JobRun, RunEvent, RunLog
from jobs.status import RunStatus
from tests.faults.crash_points import Point, failing
from tests.jobs.factories import make_run, probe

pytestmark = pytest.mark.django_db(transaction=True)


def run_it(work=None, **fields) -> JobRun:
    run = make_run(**fields)
    with probe(work):
        execute(run.pk, worker="w1", task_id="t1")
    run.refresh_from_db()
    return run


def raises(error):
    def work(_):
        raise error

    return work


def test_work_that_ends_well_completes_the_run_with_its_metrics():
    run = run_it(options={"size": 3})
    assert (run.status, run.metrics["size"], run.worker, run.task_id) == ("completed", 3, "w1", "t1")
    assert 0 <= run.metrics["duration_seconds"] < 5
    assert [event.to_status for event in run.events.all()] == ["processing", "completed"]


def test_an_attempt_without_progress_takes_two_transactions(django_assert_num_queries):
    run = make_run()
    # Claim and outcome are each one statement on PostgreSQL; on SQLite: begin, the run, its event, commit.
    with probe(), django_assert_num_queries(2 if connection.vendor == "postgresql" else 8):
        execute(run.pk, worker="w1")


def test_a_process_has_one_thread_for_all_its_runs_and_it_keeps_no_connection(settings):
    settings.STUCK_RUN_THRESHOLD = 1.2
    seen = []

    def work(context):
        context.log("still here")
        time.sleep(0.7)
        seen.append([thread for thread in threading.enumerate() if thread.name == "heartbeat"])
        return {}

    runs = [make_run() for _ in range(3)]

    def attempt(run):
        try:
            execute(run.pk, worker="w1")
        finally:
            connection.close()

    with probe(work), ThreadPoolExecutor(3) as pool:
        list(pool.map(attempt, runs))
    assert [len(threads) for threads in seen] == [1, 1, 1]
    assert [len(run.log.all()) for run in runs] == [1, 1, 1]
    assert {run.status for run in JobRun.objects.all()} == {"completed"}
    assert run_it(lambda _: {}).status == "completed"
    assert not heartbeat._heart._is_connected


def test_the_progress_of_a_short_attempt_is_kept():
    run = run_it(lambda context: context.progress(3, 4) or {})
    assert (run.done, run.total) == (3, 4)


def test_missing_parts_make_the_run_partial_and_are_named():
    def work(context):
        context.miss("Perplexity", "The key is wrong.")
        return {"answered": 2}

    run = run_it(work)
    assert (run.status, run.metrics["answered"]) == ("partial", 2)
    assert run.reason == "1 missing. Perplexity: The key is wrong."


def test_giving_up_fails_the_run_at_once_and_keeps_what_was_counted():
    run = run_it(raises(GiveUp("Nothing to ask.", metrics={"queries": 0})))
    assert (run.status, run.reason, run.metrics["queries"], run.attempt) == ("failed", "Nothing to ask.", 0, 1)


def test_a_retry_that_cannot_begin_keeps_what_the_attempts_before_have_counted():
    run = run_it(raises(Unauthorized()), metrics={"answered": 2}, is_reopened=True)
    assert (run.status, run.metrics["answered"]) == ("failed", 2)


def test_retry_later_puts_the_run_back_with_at_least_the_time_it_asks_for():
    run = run_it(raises(RetryLater("Come back.", seconds=50)), backoff_seconds=2)
    assert (run.status, run.published_at) == ("pending", None)
    assert run.available_at > timezone.now() + timedelta(seconds=45)
    assert run.events.last().reason == "Come back."


def test_a_passing_error_of_a_service_is_tried_again_and_a_lasting_one_is_not():
    assert run_it(raises(RateLimited(retry_after=9))).status == RunStatus.PENDING
    assert run_it(raises(Unauthorized())).status == RunStatus.FAILED


def test_the_last_attempt_ends_in_failed_with_its_number():
    run = run_it(raises(RetryLater("Come back.")), attempt=2, max_attempts=3)
    assert (run.status, run.reason) == ("failed", "Come back. (attempt 3 of 3)")


def test_a_crash_of_the_job_type_is_an_attempt_that_failed():
    run = run_it(raises(ZeroDivisionError("by zero")), attempt=2)
    assert (run.status, run.reason) == ("failed", "ZeroDivisionError: by zero (attempt 3 of 3)")


def test_options_that_the_job_type_no_longer_takes_end_in_a_sentence():
    run = run_it(options={"colour": "red"})
    assert run.status == RunStatus.FAILED
    assert "There is no such option" in run.reason


def test_a_job_type_that_is_gone_ends_in_a_sentence():
    run = make_run()
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, "no job type 'probe'" in run.reason) == ("failed", True)


def test_a_second_message_for_the_same_run_does_nothing():
    calls = []
    run = make_run()
    with probe(lambda _: calls.append(1) or {}):
        assert execute(run.pk, worker="w1") == RunStatus.COMPLETED
        assert execute(run.pk, worker="w2") is None
    assert calls == [1]


def test_a_message_for_a_run_that_is_gone_does_nothing():
    run = make_run()
    JobRun.objects.all().delete()
    assert execute(run.pk, worker="w1") is None


def test_a_run_that_is_cancelled_while_it_works_stops_at_its_next_part():
    def work(context):
        JobRun.objects.get(pk=context.run_id).cancel("ada")
        for part in range(200):
            context.progress(part, 200)
            time.sleep(0.05)
        return {}

    run = run_it(work)
    assert (run.status, run.reason) == ("cancelled", "Cancelled by ada.")
    assert 0 < run.done < 199
    assert run.lease_expires_at is None  # its worker has let go: whoever waits for its place may go on


def test_a_run_beyond_its_limit_is_timed_out():
    def work(context):
        while True:
            time.sleep(0.05)
            context.checkpoint()

    run = run_it(work, timeout_seconds=1)
    assert (run.status, run.reason) == ("timed_out", "It took longer than its limit of 1 seconds.")


def test_the_lease_is_renewed_and_progress_written_while_a_part_blocks(settings):
    settings.STUCK_RUN_THRESHOLD = 4
    seen = []

    def work(context):
        context.progress(3, 10)
        time.sleep(2.4)
        seen.append(JobRun.objects.values_list("done", "total", "lease_expires_at").get(pk=context.run_id))
        return {}

    run = run_it(work)
    done, total, lease = seen[0]
    assert (done, total) == (3, 10)
    assert lease > run.started_at + timedelta(seconds=4.5)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_database_that_is_away_for_a_moment_does_not_undo_work_that_is_done(failures):
    left = []

    def fail(execute, *arguments):
        if left:
            left.pop()
            raise OperationalError("server closed the connection unexpectedly")
        return execute(*arguments)

    def work(context):
        context.log("almost there")
        left.extend(range(failures))
        return {"n": 1}

    with connection.execute_wrapper(fail):
        run = run_it(work)
    assert (run.status, run.attempt, run.metrics["n"]) == ("completed", 1, 1)
    assert [line.text for line in run.log.all()] == ["almost there"]


def test_work_stops_at_its_next_part_when_its_lease_has_run_out_unseen():
    """As after the machine was asleep: the thread that renews the lease has not looked yet."""
    left = []

    def work(context):
        left.append(context.leased_until - time.monotonic())
        context.leased_until = time.monotonic() - 0.1
        context.checkpoint()
        return {"n": 1}

    run = run_it(work)
    assert (run.status, run.metrics) == ("processing", {})  # until recovery takes it back
    assert 59 < left[0] <= 60


def test_an_attempt_whose_run_was_taken_over_records_nothing():
    def work(context):
        run = JobRun.objects.get(pk=context.run_id)
        run.retry_at(timezone.now(), "Its worker went silent.", by="recovery")
        run.claim("w2")
        return {"n": 1}

    run = run_it(work)
    assert (run.status, run.worker, run.metrics) == ("processing", "w2", {})


def test_a_run_that_is_deleted_while_it_works_leaves_nothing_behind():
    """As when its owner is."""

    def work(context):
        context.log("half done")
        JobRun.objects.all().delete()
        return {"n": 1}

    run = make_run()
    with probe(work):
        assert execute(run.pk, worker="w1") is None
    assert not JobRun.objects.exists()
    assert not RunEvent.objects.exists()
    assert not RunLog.objects.exists()


def waits(_):
    raise RetryLater("2 answers are not ready yet.", seconds=40, counts=False)


def test_a_run_that_only_waits_holds_no_worker_and_uses_no_attempt_up():
    run = run_it(waits, max_attempts=1)
    assert (run.status, run.attempt, run.reason) == ("pending", 0, "2 answers are not ready yet.")
    assert run.lease_expires_at is None
    assert timedelta(seconds=35) < run.available_at - timezone.now() <= timedelta(seconds=40)
    JobRun.objects.update(available_at=timezone.now())
    with probe(lambda context: {"was_put_off": context.was_put_off}):
        execute(run.pk, worker="w2")
    run.refresh_from_db()
    assert (run.status, run.attempt, run.metrics["was_put_off"]) == ("completed", 1, True)
    assert [event.attempt for event in run.events.all()] == [1, 1, 1, 1]


def test_a_run_waits_as_long_as_it_may_work_and_no_longer():
    run = run_it(waits, timeout_seconds=60)
    JobRun.objects.update(available_at=timezone.now(), waiting_since=timezone.now() - timedelta(seconds=30))
    with probe(waits):
        execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert run.status == "timed_out"
    assert run.reason.startswith("It waited longer than its limit of 60 seconds.")


def test_an_attempt_that_failed_after_it_waited_is_used_up():
    run = run_it(waits, max_attempts=3)
    JobRun.objects.update(available_at=timezone.now())
    with probe(raises(RetryLater("Come back."))):
        execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.attempt, run.waiting_since) == ("pending", 1, None)


def test_a_worker_that_finds_its_connection_dead_claims_the_run_on_another_one():
    run = make_run()
    with probe(None), failing(Point(1, OperationalError)):
        execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("completed", 1)


@pytest.mark.parametrize("signal", [task_received, task_prerun])
def test_a_connection_that_the_server_has_closed_is_left_with_the_next_message(signal):
    current_app.loader.import_default_modules()  # as a worker does when it starts
    connection.ensure_connection()
    connection.connection.close()
    with pytest.raises(Error):
        JobRun.objects.exists()
    signal.send(sender=None)
    assert not JobRun.objects.exists()

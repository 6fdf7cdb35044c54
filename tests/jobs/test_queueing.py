"""Messages on a real Redis."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from celery import Celery, current_app
from django.utils import timezone

from config import processes, redis_server
from jobs.dispatch import dispatch_all
from jobs.models import JobRun, ScheduledJob
from jobs.models.bulk import insert
from jobs.queueing import messages, publish
from jobs.recovery import BATCH, publish_unsent, republish, resend_lost
from jobs.status import RunStatus, Trigger
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db


def published(number: int, **fields) -> list[JobRun]:
    runs = [make_run(**fields) for _ in range(number)]
    assert publish(runs) == number
    JobRun.objects.update(published_at=timezone.now() - timedelta(seconds=20))
    return runs


def test_messages_are_counted_over_all_priorities(broker):
    published(3)
    published(2, priority=9)
    published(1, queue="slow")
    assert (messages(""), messages("slow"), messages("other")) == (5, 1, 0)


def test_a_message_carries_the_runs_id_and_when_its_process_is_killed(broker):
    (run,) = published(1, queue="slow", timeout_seconds=40, kill_after_seconds=5)
    message = json.loads(broker.lindex("slow", 0))
    args, kwargs, _ = json.loads(b64decode(message["body"]))
    assert (args, kwargs) == ([str(run.pk)], {})
    assert message["headers"]["task"] == "jobs.execute_run"
    assert message["headers"]["timelimit"][0] >= 45
    assert message["headers"]["ignore_result"] is True  # the run itself is the record


def test_what_a_broker_that_goes_away_does_not_take_counts_as_not_sent(tmp_path):
    url = f"redis://127.0.0.1:{processes.free_port()}/0"
    server = redis_server.start(tmp_path, url, log=tmp_path / "log", persistent=False)
    before = current_app._get_current_object()
    with Celery("other", broker=url, set_as_current=False) as app:
        app.set_current()
        try:
            runs = [make_run() for _ in range(3)]
            assert publish(runs[:1]) == 1
            processes.stop([server])
            assert publish(runs[1:]) == 0
        finally:
            before.set_current()
            app.pool.force_close_all()
    assert JobRun.objects.filter(published_at=None).count() == 2


def test_messages_that_wait_behind_busy_workers_are_not_sent_again(broker):
    published(300)
    make_run(RunStatus.PROCESSING)
    assert resend_lost(timezone.now()) == 0
    assert messages("") == 300


def test_after_a_flush_every_run_gets_its_message_again_and_once(broker):
    published(40)
    published(2, queue="slow")
    broker.flushall()
    assert resend_lost(timezone.now()) == 42
    assert (messages(""), messages("slow")) == (40, 2)
    assert resend_lost(timezone.now()) == 0


def test_as_many_as_are_missing_are_sent_again_the_longest_published_first(broker):
    runs = published(10)
    broker.rpop("celery", 4)
    JobRun.objects.filter(pk=runs[7].pk).update(published_at=timezone.now() - timedelta(seconds=90))
    assert resend_lost(timezone.now()) == 4
    assert messages("") == 10
    assert JobRun.objects.get(pk=runs[7].pk).published_at > timezone.now() - timedelta(seconds=5)


def test_a_message_that_was_sent_just_now_is_not_missed_yet(broker):
    publish([make_run()])
    broker.flushall()
    assert resend_lost(timezone.now()) == 0
    assert resend_lost(timezone.now() + timedelta(seconds=11)) == 1


def test_a_broker_that_is_full_takes_no_message_and_the_run_is_sent_when_there_is_room_again(broker):
    run = make_run()
    broker.config_set("maxmemory", 1)
    try:
        assert publish([run]) == 0
        run.refresh_from_db()
        assert (run.status, run.published_at) == ("pending", None)
    finally:
        broker.config_set("maxmemory", 0)
    assert republish(timezone.now()) == 1
    assert messages("") == 1


@pytest.mark.django_db(transaction=True)
def test_where_much_is_due_the_rows_come_first_and_every_message_follows_once(broker, settings):
    settings.SCHEDULER_BATCH = 3
    with probe():
        now = timezone.now().replace(second=0, microsecond=0)
        for number in range(20):
            make_job("* * * * *", name=f"job {number}")
        ScheduledJob.objects.update(next_run_at=now)
        dispatch_all(now)
        assert JobRun.objects.filter(status=RunStatus.PENDING).count() == 20
        assert 3 <= messages("") < 20  # some at once, for workers that wait
        publish_unsent(now)
    assert messages("") == 20
    assert not JobRun.objects.filter(published_at=None).exists()


def test_what_is_left_to_be_sent_goes_out_batch_by_batch(broker):
    insert([JobRun(job_name="Morning", job_type="probe", trigger=Trigger.MANUAL) for _ in range(BATCH + 1)])
    assert publish_unsent(timezone.now())
    assert messages("") == BATCH
    assert not publish_unsent(timezone.now())
    assert messages("") == BATCH + 1

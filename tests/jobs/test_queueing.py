"""Messages on a real Redis."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import JobRun
from jobs.queueing import messages, publish
from jobs.recovery import resend_lost
from jobs.status import RunStatus
from tests.jobs.factories import make_run

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

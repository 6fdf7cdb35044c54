from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import JobRun
from jobs.recovery import rescue, resend_lost
from jobs.status import RunStatus
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db


def abandoned(**fields) -> JobRun:
    long_ago = timezone.now() - timedelta(minutes=2)
    return make_run(RunStatus.PROCESSING, lease_expires_at=long_ago, **fields)


def test_a_run_whose_worker_died_goes_back_to_pending():
    run = abandoned()
    rescue(timezone.now())
    run.refresh_from_db()
    assert (run.status, run.lease_expires_at, run.published_at) == ("pending", None, None)
    assert run.events.get().reason == "Its worker w1 went silent."


def test_a_run_that_kills_its_worker_each_time_ends_in_failed():
    run = abandoned(attempt=3, max_attempts=3)
    rescue(timezone.now())
    run.refresh_from_db()
    assert (run.status, run.reason) == ("failed", "Its worker w1 went silent at attempt 3 of 3.")


def test_a_run_beyond_its_limit_ends_in_timed_out():
    run = abandoned(timeout_seconds=60, started_at=timezone.now() - timedelta(seconds=90))
    rescue(timezone.now())
    run.refresh_from_db()
    assert run.status == RunStatus.TIMED_OUT


def test_a_run_with_a_lease_is_left_alone():
    run = make_run(RunStatus.PROCESSING)
    assert rescue(timezone.now()) == []
    assert JobRun.objects.get(pk=run.pk).status == RunStatus.PROCESSING


def test_runs_without_a_message_are_found_and_those_that_wait_for_a_retry_are_not():
    never = make_run()
    lost = make_run(published_at=timezone.now() - timedelta(hours=2))
    make_run(published_at=timezone.now() - timedelta(minutes=30))
    make_run(published_at=timezone.now())
    make_run(available_at=timezone.now() + timedelta(minutes=1))
    assert set(JobRun.objects.unpublished(timezone.now())) == {never, lost}


def test_without_a_broker_to_ask_nothing_is_taken_for_lost():
    make_run(published_at=timezone.now() - timedelta(minutes=5))
    assert resend_lost(timezone.now()) == 0

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jobs.models import IdempotencyKey, JobRun, ScheduledJob
from jobs.status import RunStatus
from tests.tenants import client_of, make_user

JOBS = "/api/admin/scheduled-jobs"
KEY = {"HTTP_IDEMPOTENCY_KEY": "morning-1"}


def test_a_request_that_is_sent_again_does_nothing_and_gets_the_same_answer(api, body):
    first, second = api.post(JOBS, body, **KEY), api.post(JOBS, body, **KEY)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert second.headers["Idempotent-Replayed"] == "true"
    assert ScheduledJob.objects.count() == 1


def test_a_trigger_that_is_sent_again_makes_no_second_run_though_the_first_has_ended(api, body):
    job = api.post(JOBS, body).json()
    first = api.post(f"{JOBS}/{job['id']}/trigger", **KEY)
    JobRun.objects.update(status=RunStatus.COMPLETED, finished_at=timezone.now())
    assert api.post(f"{JOBS}/{job['id']}/trigger/", **KEY).json() == first.json()
    assert JobRun.objects.count() == 1


def test_a_key_belongs_to_one_request(api, body):
    api.post(JOBS, body, **KEY)
    other = api.post(JOBS, {**body, "job_type": "scoring", "metadata": {}}, **KEY)
    assert (other.status_code, other.json()["detail"]) == (409, "This key was used for another request. Use a new one.")


def test_a_key_belongs_to_one_user(api, body, brand):
    api.post(JOBS, body, **KEY)
    assert client_of(make_user("olaf", brand.customer)).post(JOBS, body, **KEY).status_code == 201
    assert ScheduledJob.objects.count() == 2


def test_a_request_that_was_refused_may_be_put_right_under_its_key(api, body):
    assert api.post(JOBS, {**body, "timezone": "Mars/Base"}, **KEY).status_code == 400
    assert api.post(JOBS, body, **KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day(api, body):
    api.post(JOBS, body, **KEY)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert "Idempotent-Replayed" not in api.post(JOBS, body, **KEY).headers
    assert ScheduledJob.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "ü"])
def test_a_key_that_cannot_be_kept_is_refused(api, body, key):
    response = api.post(JOBS, body, HTTP_IDEMPOTENCY_KEY=key)
    assert (response.status_code, list(response.json())) == (400, ["Idempotency-Key"])


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_under_one_key_do_the_work_once(api, body):
    answers = []

    def send() -> None:
        try:
            answers.append(api.post(JOBS, body, **KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert ScheduledJob.objects.count() == 1

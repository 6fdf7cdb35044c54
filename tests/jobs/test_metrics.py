from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from brands.models import Answer
from jobs.models import Worker
from jobs.status import RunStatus
from jobs.workers import sign_on
from tests.brands.factories import make_answer, make_brand, make_query
from tests.jobs.factories import make_job, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(staff_client):
    def read() -> dict[str, float]:
        text = staff_client.get("/metrics").content.decode()
        rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in rows}

    return read


def test_only_staff_and_the_token_may_read_the_figures(client, staff_client, settings):
    assert client.get("/metrics").status_code == 401
    user = Client()
    user.force_login(User.objects.create_user("ada"), backend="django.contrib.auth.backends.ModelBackend")
    assert user.get("/metrics").status_code == 403
    assert staff_client.get("/metrics").status_code == 200
    for token in ("", "x"):
        assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200
    for wrong in ("Bearer a-toke", "Bearer ", "Basic a-token", "Bearer ü"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401


def test_runs_are_counted_by_type_and_status(figures):
    make_run(RunStatus.FAILED)
    make_run(RunStatus.FAILED)
    make_run(created_at=timezone.now() - timedelta(seconds=100))
    found = figures()
    assert found['brandbeat_runs{job_type="probe",status="failed"}'] == 2
    assert found["brandbeat_pending_runs"] == 1
    assert 100 <= found['brandbeat_oldest_open_run_seconds{status="pending"}'] < 160
    assert found['brandbeat_oldest_open_run_seconds{status="processing"}'] == 0


def test_what_is_late_is_shown_in_seconds(figures):
    job = make_job()
    type(job).objects.update(next_run_at=timezone.now() - timedelta(seconds=50))
    now = timezone.now()
    make_run(RunStatus.COMPLETED, scheduled_for=now - timedelta(seconds=7), started_at=now)
    make_run(RunStatus.PROCESSING, lease_expires_at=now - timedelta(seconds=1))
    found = figures()
    assert found["brandbeat_due_jobs"] == 1
    assert 50 <= found["brandbeat_dispatch_lateness_seconds"] < 110
    assert found["brandbeat_start_lateness_seconds"] == pytest.approx(7)
    assert found["brandbeat_abandoned_runs"] == 1


def test_processes_that_are_up_are_counted_and_a_broker_that_is_down_is_told(figures):
    sign_on("w1", Worker.Role.WORKER)
    sign_on("gone", Worker.Role.WORKER)
    Worker.objects.filter(name="gone").update(seen_at=timezone.now() - timedelta(hours=1))
    found = figures()
    assert found['brandbeat_processes_online{role="worker"}'] == 1
    assert found['brandbeat_processes_online{role="beat"}'] == 0
    assert found["brandbeat_broker_up"] == 0
    assert "brandbeat_queue_messages" not in found


def test_calls_and_costs_are_counted_by_provider(figures):
    query = make_query(make_brand())
    make_answer(query, cost_usd="0.25")
    make_answer(query, "", status=Answer.Status.FAILED, error="No.", cost_usd="0.5")
    found = figures()
    assert found['brandbeat_provider_calls{provider="openai",status="answered"}'] == 1
    assert found['brandbeat_provider_calls{provider="openai",status="failed"}'] == 1
    assert found['brandbeat_provider_cost_usd{provider="openai"}'] == 0.75

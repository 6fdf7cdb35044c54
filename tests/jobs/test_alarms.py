"""Warnings where nobody is there to start or to take a run."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from jobs.alarms import Watch
from jobs.models import Worker
from jobs.schedules import pause_all
from jobs.status import RunStatus
from jobs.workers import sign_on
from tests.jobs.factories import make_job, make_run, probe
from tests.tenants import client_of

pytestmark = pytest.mark.django_db
NOBODY = "No worker that is online takes from the queue “slow”"


@pytest.fixture
def _busy_elsewhere():
    """A beat, a worker of the default queue, and one that took from another queue and went silent."""
    sign_on("beat@here", Worker.Role.BEAT)
    sign_on("w1", Worker.Role.WORKER, queues=["celery"])
    sign_on("w2", Worker.Role.WORKER, queues=["slow"])
    Worker.objects.filter(name="w2").update(seen_at=timezone.now() - timedelta(minutes=5))


def words() -> list[str]:
    return [str(alarm) for alarm in Watch().of_platform()]


def test_without_beat_and_worker_both_are_missed_and_how_to_start_them_is_said():
    assert words() == [
        "No scheduler is running: nothing will start. Start one with: celery -A config beat",
        "No worker is running: job runs wait. Start one with: celery -A config worker",
    ]


@pytest.mark.usefixtures("_busy_elsewhere")
def test_a_queue_that_runs_wait_in_or_jobs_send_to_is_missed_where_nobody_online_takes_from_it():
    assert words() == []
    run = make_run(queue="slow")
    assert words() == [f"{NOBODY}: its job runs wait. Start one with: celery -A config worker --queues slow"]
    run.delete()
    make_job(queue="slow")
    assert len(words()) == 1
    sign_on("w2", Worker.Role.WORKER, queues=["slow"])
    assert words() == []


@pytest.mark.usefixtures("_busy_elsewhere")
def test_the_pages_the_api_and_the_command_line_say_it(client, capsys):
    root = User.objects.create_superuser("root")
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    with probe():
        job = make_job(queue="slow")
        call_command("run_job", "Morning", "--json")
        run = json.loads(capsys.readouterr().out)
        assert NOBODY in run["warning"]
        for page in ("", f"jobs/jobrun/{run['id']}/change/", f"jobs/scheduledjob/{job.pk}/change/"):
            assert NOBODY in client.get(f"/admin/{page}").content.decode(), page
        api = client_of(root)
        assert NOBODY in api.get(f"/api/admin/job-runs/{run['id']}").json()["warning"]
        assert NOBODY in " ".join(api.get(f"/api/admin/scheduled-jobs/{job.uuid}/preview").json()["obstacles"])


@pytest.mark.usefixtures("_busy_elsewhere")
def test_a_run_that_is_taken_or_has_begun_carries_no_warning(client):
    api = client_of(User.objects.create_superuser("root"))
    make_run()
    make_run(RunStatus.PROCESSING, queue="slow")
    assert [run["warning"] for run in api.get("/api/admin/job-runs").json()["results"]] == ["", ""]


def test_a_list_of_runs_looks_at_the_processes_once(django_assert_num_queries):
    api = client_of(User.objects.create_superuser("root"))
    for _ in range(3):
        make_run()
    with django_assert_num_queries(2):
        rows = api.get("/api/admin/job-runs").json()["results"]
    assert [row["warning"][:20] for row in rows] == ["No worker is running"] * 3


def test_who_asks_for_the_next_runs_hears_that_none_will_come(capsys):
    pause_all(by="ada")
    call_command("next_runs", "0 9 * * *")
    said = capsys.readouterr()
    assert "All schedules are paused by ada" in said.err
    assert "No scheduler is running" in said.err
    assert "paused" not in said.out


def test_healthz_says_how_many_beats_and_workers_there_are(client):
    sign_on("beat@here", Worker.Role.BEAT)
    assert client.get("/healthz").json() == {"status": "ok", "beats": 1, "workers": 0}

"""What `manage.py doctor` says of each thing that may be wrong."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from config.doctor import examine
from jobs.models import ScheduledJob, Worker
from jobs.schedules import pause_all
from jobs.status import RunStatus
from tests.brands.factories import make_brand, make_job
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db


def findings() -> dict[tuple[str, str], str]:
    return {(each.check, each.state): f"{each.found} → {each.do}" for each in examine()}


def make_worker(role: str = "worker", **fields: object) -> Worker:
    now = timezone.now()
    usual = {"name": f"{role}@atlas", "role": role, "host": "atlas", "pid": 1, "started_at": now, "seen_at": now}
    return Worker.objects.create(**{**usual, **fields})


def test_without_a_broker_a_worker_or_a_beat_it_says_what_to_start(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, found["ok"]) == (1, False)
    assert {each["check"] for each in found["findings"] if each["state"] == "fail"} == {"broker", "beats", "workers"}
    assert all(each["do"] for each in found["findings"] if each["state"] != "ok")


def test_queues_that_nobody_serves_are_named():
    make_worker(queues=["celery"])
    job = make_job(make_brand(), "scoring")
    assert ("workers", "fail") not in findings()
    ScheduledJob.objects.filter(pk=job.pk).update(queue="slow")
    assert "No worker takes from the queue “slow”" in findings()["workers", "fail"]


def test_late_blocked_and_paused_schedules_are_named():
    job = make_job(make_brand())  # it has no query to ask
    pause_all("ada", "maintenance")
    ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=timezone.now() - timedelta(minutes=5))
    said = [each.found for each in examine() if each.check == "schedules"]
    assert "All schedules are paused by ada" in said[0]
    assert said[1] == "1 jobs have been due for more than two minutes."
    assert "has no active query" in said[2]


def test_stuck_runs_and_unsent_messages_are_counted():
    long_ago = timezone.now() - timedelta(minutes=10)
    make_run(RunStatus.PROCESSING, lease_expires_at=long_ago)
    make_run(RunStatus.PENDING, available_at=long_ago)
    said = [each.found for each in examine() if each.check == "runs"]
    assert said == ["1 runs are stuck: their workers went silent.", "The messages of 1 runs are not sent."]


def test_keys_and_settings_are_looked_at(settings):
    assert "No collector has a provider with a key" in findings()["keys", "warn"]
    settings.PROVIDERS = {**settings.PROVIDERS, "openai": {**settings.PROVIDERS["openai"], "api_key": "canary"}}
    settings.DEBUG = True
    found = findings()
    assert "Can be asked: chatgpt." in found["keys", "ok"]
    assert "Set DEBUG=false." in found["settings", "warn"]
    assert "canary" not in str(found)


def test_a_folder_that_cannot_be_written_is_said(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"
    assert "cannot be written" in findings()["disk", "fail"]

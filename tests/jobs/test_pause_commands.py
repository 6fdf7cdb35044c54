import json

import pytest
from django.core.management import CommandError, call_command

from jobs.models import Pause, ScheduledJob
from tests.jobs.factories import make_job, probe

pytestmark = pytest.mark.django_db


def say(*arguments: str, capsys) -> str:
    call_command(*arguments)
    return capsys.readouterr().out


def test_all_schedules_are_paused_and_resumed(capsys):
    said = json.loads(say("pause", "--reason", "Migration", "--json", capsys=capsys))
    assert said == {"all": True, "jobs": [], "paused": True}
    assert str(Pause.current()).endswith(": Migration.")
    assert "All schedules are paused by command line" in say("pause", capsys=capsys)
    assert say("resume", capsys=capsys) == "Schedules start runs again.\n"
    assert Pause.current() is None


def test_one_job_is_switched_off_and_on(capsys):
    with probe():
        job = make_job()
        make_job(name="Evening")
        assert say("pause", "Morning", capsys=capsys) == "“Morning” is off.\n"
        assert list(ScheduledJob.objects.filter(enabled=False)) == [job]
        assert Pause.current() is None
        said = json.loads(say("resume", str(job.uuid), "--json", capsys=capsys))
    assert said == {"all": False, "jobs": ["Morning"], "paused": False}
    assert ScheduledJob.objects.get(pk=job.pk).next_run_at is not None


def test_of_several_jobs_none_is_switched_off_where_one_is_not_there(capsys):
    make_job()
    with pytest.raises(CommandError, match="no scheduled job “Evening”"):
        call_command("pause", "Morning", "Evening")
    assert ScheduledJob.objects.get().enabled

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db


def said(capsys, command: str, *arguments: str, code: int = 0):
    if code:
        with pytest.raises(SystemExit) as caught:
            call_command(command, *arguments, "--json")
        assert caught.value.code == code
    else:
        call_command(command, *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_runs_whose_worker_is_gone_are_taken_back_and_what_has_no_message_is_told(capsys):
    run = make_run(RunStatus.PROCESSING, lease_expires_at=timezone.now() - timedelta(minutes=1), backoff_seconds=0)
    assert said(capsys, "recover", code=1) == {"rescued": [str(run.pk)], "sent": 0, "unsent": 1}  # there is no broker
    assert JobRun.objects.get().status == RunStatus.PENDING


def test_where_nothing_is_to_be_recovered_the_exit_code_is_0(capsys):
    assert said(capsys, "recover") == {"rescued": [], "sent": 0, "unsent": 0}


def test_what_failed_lately_is_retried(capsys):
    failed, timed_out = make_run(RunStatus.FAILED), make_run(RunStatus.TIMED_OUT)
    others = [make_run(RunStatus.CANCELLED), make_run(RunStatus.COMPLETED)]
    others.append(make_run(RunStatus.FAILED, finished_at=timezone.now() - timedelta(days=2)))
    rows = said(capsys, "retry_runs")
    assert {row["id"] for row in rows} == {str(failed.pk), str(timed_out.pk)}
    assert JobRun.objects.filter(status=RunStatus.PENDING).count() == 2
    assert failed.events.get().by == "command line"
    assert {JobRun.objects.get(pk=run.pk).status for run in others} == {"cancelled", "completed", "failed"}


def test_runs_are_chosen_by_id_by_job_and_by_status(capsys):
    run, other = make_run(RunStatus.CANCELLED), make_run(RunStatus.FAILED, job_name="Evening")
    assert [row["id"] for row in said(capsys, "retry_runs", "--job", "Evening", "--dry-run")] == [str(other.pk)]
    assert [row["id"] for row in said(capsys, "retry_runs", "--status", "cancelled", "--dry-run")] == [str(run.pk)]
    assert not JobRun.objects.filter(status=RunStatus.PENDING).exists()
    said(capsys, "retry_runs", str(run.pk))
    assert JobRun.objects.get(status=RunStatus.PENDING) == run


def test_a_run_that_cannot_be_retried_is_told_and_the_others_go_on(capsys):
    with probe():
        job = make_job()
    blocked, free = make_run(RunStatus.FAILED, job), make_run(RunStatus.FAILED)
    make_run(RunStatus.PENDING, job)
    errors = {row["id"]: row["error"] for row in said(capsys, "retry_runs", code=1)}
    assert "Another run of this job is open" in errors[str(blocked.pk)]
    assert errors[str(free.pk)] == ""


@pytest.mark.parametrize(("name", "sentence"), [("x", "A run's id looks like"), (str(UUID(int=0)), "There is no run")])
def test_a_run_that_there_is_not_is_answered_with_a_sentence(name, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("retry_runs", name)

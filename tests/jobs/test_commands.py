import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db


def next_runs(*args: str, capsys) -> str:
    call_command("next_runs", *args)
    return capsys.readouterr().out


def test_the_next_runs_of_an_expression(capsys):
    found = next_runs(
        "30 2 * * *", "--timezone", "Europe/Zurich", "--from", "2026-03-28", "--count", "3", "--json", capsys=capsys
    )
    assert json.loads(found) == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]


def test_a_change_of_the_clock_is_pointed_out(capsys):
    found = next_runs(
        "30 2 * * *", "--timezone", "Europe/Zurich", "--from", "2026-03-28", "--count", "3", capsys=capsys
    )
    assert [("changed" in line) for line in found.splitlines()] == [False, False, True, False]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["0 0 30 2 *"], "can never fire"),
        (["0 9 * * *", "--timezone", "Mars/Base"], "is not a time zone"),
        (["0 9 * * *", "--from", "tomorrow"], "is not a moment"),
        (["0 9 * * *", "--timezone", "Mars/Base", "--from", "2026-01-01"], "is not a time zone"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("next_runs", *arguments)


@pytest.mark.django_db
def test_a_job_is_run_by_name_or_by_id(capsys):
    with probe():
        job = make_job()
    call_command("run_job", "Morning", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["status"], printed["job"]) == ("pending", "Morning")
    call_command("run_job", str(job.uuid))
    assert "was open already" in capsys.readouterr().out
    assert JobRun.objects.count() == 1


@pytest.mark.django_db
def test_a_job_that_does_not_exist_is_answered_with_a_sentence():
    with pytest.raises(CommandError, match="no scheduled job “Evening”"):
        call_command("run_job", "Evening")


@pytest.mark.django_db(transaction=True)
def test_the_log_is_shown_while_one_waits(capsys):
    with probe():
        job = make_job()
    run = make_run(RunStatus.PROCESSING, job)
    run.log.create(at=run.created_at, level="warning", text="[red]No reply.[/red]")

    def end() -> None:
        run.log.create(at=run.created_at, level="info", text="Ended.")
        run.complete({})
        connection.close()

    ending = threading.Timer(0.5, end)
    ending.start()
    call_command("run_job", "Morning", "--wait", "--json")
    ending.join()
    printed = capsys.readouterr()
    assert [line.split(" ", 1)[1] for line in printed.err.splitlines()] == [
        "warning [red]No reply.[/red]",
        "info Ended.",
    ]
    assert json.loads(printed.out)["status"] == "completed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("status", "code"), [(RunStatus.COMPLETED, None), (RunStatus.FAILED, 1)])
def test_the_exit_code_tells_how_the_run_ended(status, code):
    """The open run of the job is the one that is waited for; it has ended when the command looks at it."""
    with probe():
        job = make_job()
    run = make_run(RunStatus.PROCESSING, job)

    def end() -> None:
        run.complete({}) if status == RunStatus.COMPLETED else run.fail("No.")
        connection.close()

    ending = threading.Timer(0.5, end)
    ending.start()
    if code is None:
        call_command("run_job", "Morning", "--wait")
    else:
        with pytest.raises(SystemExit) as caught:
            call_command("run_job", "Morning", "--wait")
        assert caught.value.code == code
    ending.join()

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_celery_results.models import TaskResult

from brands.models import Answer
from jobs.models import JobRun, RunEvent, RunLog
from jobs.retention import BATCH, prune
from jobs.status import DONE, OPEN, RunStatus
from tests.brands.factories import make_answer, make_brand, make_query
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=31)


@pytest.fixture(autouse=True)
def _with_a_probe():
    with probe():
        yield


def old_run(status: RunStatus, **fields) -> JobRun:
    ended = {"finished_at": LONG_AGO} if status in DONE else {}
    return make_run(status, created_at=LONG_AGO, **{**ended, **fields})


def test_ended_runs_go_after_a_while_and_open_ones_never():
    for status in RunStatus:
        old_run(status)
        make_run(status)
    assert prune(timezone.now())["runs"] == len(DONE)
    assert JobRun.objects.count() == len(RunStatus) + len(OPEN)


def test_a_run_that_took_long_to_end_stays_for_as_long_as_others():
    run = old_run(RunStatus.COMPLETED, finished_at=timezone.now() - timedelta(days=2))
    assert prune(timezone.now())["runs"] == 0
    assert JobRun.objects.filter(pk=run.pk).exists()


def test_steps_and_lines_go_with_their_run_and_answers_stay():
    run = old_run(RunStatus.COMPLETED)
    run.first_event(by="beat").save()
    run.log.create(at=LONG_AGO, level="info", text="x")
    answer = make_answer(make_query(make_brand(), "Which coffee machine?"), run=run)
    prune(timezone.now())
    assert not JobRun.objects.exists()
    assert not RunEvent.objects.exists()
    assert not RunLog.objects.exists()
    assert Answer.objects.get(pk=answer.pk).run is None


def test_of_each_job_the_newest_of_each_kind_are_kept(settings):
    settings.KEEP_COMPLETED_RUNS, settings.KEEP_FAILED_RUNS = 3, 2
    job, other = make_job(), make_job(name="Other")
    now = timezone.now()
    for age in range(5):
        for status in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED):
            make_run(status, job, created_at=now - timedelta(hours=age))
    make_run(RunStatus.COMPLETED, other, created_at=now - timedelta(days=9))
    make_run(RunStatus.PENDING, job, created_at=now - timedelta(days=9))
    assert prune(now)["runs"] == 2 + 3 + 2
    ages = {
        status: [round((now - run.created_at) / timedelta(hours=1)) for run in job.runs.filter(status=status)]
        for status in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED)
    }
    assert ages == {"completed": [0, 1, 2], "failed": [0, 1], "skipped": [0, 1, 2]}
    assert (other.runs.count(), job.runs.open().count()) == (1, 1)


def test_many_runs_go_in_several_batches():
    kept = make_run(RunStatus.FAILED)
    ended = {"finished_at": LONG_AGO, "created_at": LONG_AGO, "trigger": "manual"}
    JobRun.objects.bulk_create(JobRun(status="failed", **ended) for _ in range(BATCH))
    JobRun.objects.create(status="completed", **ended)
    assert prune(timezone.now())["runs"] == BATCH + 1
    assert JobRun.objects.get() == kept


def test_celerys_own_results_go_too(capsys):
    for task_id in ("old", "new"):
        TaskResult.objects.create(task_id=task_id)
    TaskResult.objects.filter(task_id="old").update(date_done=timezone.now() - timedelta(days=8))
    call_command("prune", "--json")
    assert json.loads(capsys.readouterr().out) == {"runs": 0, "files": 0, "task_results": 1}
    assert TaskResult.objects.get().task_id == "new"

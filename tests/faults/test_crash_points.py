"""Fault 7, one process: the database fails, or the process ends, at every statement and every commit, one by one."""

import time
from datetime import timedelta
from itertools import count

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from jobs.dispatch import dispatch_due, trigger
from jobs.execution import execute
from jobs.job_type import job_types
from jobs.models import JobRun, ScheduledJob
from jobs.recovery import rescue
from jobs.status import RunStatus
from tests.faults import reliability
from tests.faults.checker import check
from tests.faults.crash_points import Crash, Point, failing
from tests.faults.effect import Effect
from tests.faults.evidence import Evidence
from tests.faults.harness import Result
from tests.faults.outside import Outside
from tests.jobs.factories import make_job

pytestmark = pytest.mark.django_db(transaction=True)
ERRORS = [OperationalError, Crash]
MOST_POINTS = 200
# PostgreSQL takes a step of a run in one statement: there is before and after the claim, before and after the end.
LEAST_PLACES = {"postgresql": 4, "sqlite": 10}


@pytest.fixture(autouse=True)
def outside(tmp_path, monkeypatch):
    """Where the job type `effect`, which is registered meanwhile, has its effects."""
    monkeypatch.setenv("OUTSIDE", str(tmp_path / "outside.jsonl"))
    with job_types.temporarily(Effect.name, Effect):
        yield Outside(tmp_path / "outside.jsonl")


def work_on(run):
    """What a worker's message leads to."""
    execute(run.pk, worker="w1", task_id="t1")


def recover():
    """What beat and another worker make of it, once the lease has run out."""
    for _ in range(10):
        JobRun.objects.filter(status=RunStatus.PROCESSING).update(lease_expires_at=timezone.now())
        rescue(timezone.now())
        for run in JobRun.objects.open():
            execute(run.pk, worker="w2")
        if not JobRun.objects.open().exists():
            return


def verdict(outside):
    return check(Evidence.gather([], outside, {}, set()))


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    ("manner", "overlap"),
    [
        ("retry", "queue"),
        *(
            pytest.param(manner, overlap, marks=pytest.mark.faults)
            for manner, overlap in [("well", "skip"), ("retry", "skip"), ("fail", "skip"), ("fail", "queue")]
        ),
    ],
)
def test_a_run_survives_a_failure_at_every_statement_and_commit(request, outside, error, manner, overlap):
    begun = time.monotonic()
    options = {"manner": manner, "attempts": 1}
    job = make_job(job_type="effect", overlap=overlap, options=options, backoff_seconds=0, max_attempts=6)
    for at in range(1, MOST_POINTS):
        run, point = trigger(job).run, Point(at, error)
        with failing(point):
            work_on(run)
        if point.passed < at:
            break
        recover()
        run.refresh_from_db()
        assert (run.status, run.reason) == (RunStatus.COMPLETED, ""), f"after a fault at place {at}"
    assert at > LEAST_PLACES[connection.vendor]
    recover()
    found = verdict(outside)
    assert found.in_words() == ""
    if reliability.is_wanted(request.node):
        what = "the database fails" if error is OperationalError else "the process ends"
        scenario = f"{what} at every statement and commit of a run: {manner}, overlap {overlap}"
        result = Result(found, [], 0, time.monotonic() - begun, [])
        reliability.put("7", scenario, connection.display_name, f"{at - 1} places", result)
    assert outside.effects() == at == JobRun.objects.filter(status=RunStatus.COMPLETED).count()


@pytest.mark.parametrize("error", ERRORS)
def test_ticks_survive_a_failure_at_every_statement_and_commit_of_the_dispatch(outside, error):
    job = make_job("* * * * *", job_type="effect", backoff_seconds=0)
    now = timezone.now()  # the same in all rounds: a minute may end meanwhile
    first = now.replace(second=0, microsecond=0) - timedelta(minutes=3)
    for round_number in count():
        JobRun.objects.all().delete()
        ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=first)
        point = Point(round_number + 1, error)
        with failing(point):
            dispatch_due(now)
        dispatch_due(now)
        found = list(JobRun.objects.order_by("scheduled_for").values_list("scheduled_for", "status"))
        assert [moment for moment, _ in found] == [first + timedelta(minutes=n) for n in range(4)]
        assert [status for _, status in found] == ["skipped"] * 3 + ["pending"]
        if point.passed <= round_number:
            break
    assert round_number > 10


@pytest.mark.parametrize("error", ERRORS)
def test_a_trigger_leaves_a_run_that_can_be_done_or_none_at_all(outside, error):
    job = make_job(job_type="effect", backoff_seconds=0)
    for at in range(1, MOST_POINTS):
        point = Point(at, error)
        with failing(point):
            trigger(job)
        if point.passed < at:
            break
        recover()
        assert trigger(job).created, "what the failed trigger left is done"
        recover()
    assert at > 5
    recover()
    assert verdict(outside).in_words() == ""
    assert set(JobRun.objects.values_list("status", flat=True)) == {RunStatus.COMPLETED}

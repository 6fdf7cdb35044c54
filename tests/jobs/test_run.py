import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.errors import InvalidTransition, NotYet, StaleRun
from jobs.models import JobRun, Limit, RunEvent
from jobs.status import DONE, TRANSITIONS, RunStatus, Trigger
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db


def test_a_claim_takes_the_run_and_leaves_an_event():
    run = make_run()
    run.claim("w1", "task-1")
    run.refresh_from_db()
    assert (run.status, run.worker, run.attempt, run.fence, run.task_id) == ("processing", "w1", 1, 1, "task-1")
    assert [(e.from_status, e.to_status, e.by, e.attempt) for e in run.events.all()] == [
        ("pending", "processing", "w1", 1)
    ]


def test_only_one_of_two_workers_gets_the_run():
    run = make_run()
    rival = JobRun.objects.get(pk=run.pk)
    run.claim("w1")
    with pytest.raises(StaleRun):
        rival.claim("w2")
    assert JobRun.objects.get(pk=run.pk).worker == "w1"


def test_a_run_that_nothing_stands_in_the_way_of_is_claimed_and_read_at_once():
    run = make_run(options={"size": 3}, reason="Come back.", attempt=1, fence=1)
    claimed = JobRun.claim_at_once(run.pk, "w1", "task-2")
    stored = JobRun.objects.get(pk=run.pk)
    for field in JobRun._meta.concrete_fields:
        assert getattr(claimed, field.attname) == getattr(stored, field.attname), field.name
    assert (stored.status, stored.attempt, stored.fence, stored.reason) == ("processing", 2, 2, "")
    assert (stored.worker, stored.task_id, stored.options) == ("w1", "task-2", {"size": 3})
    assert stored.lease_expires_at > stored.started_at
    assert [(e.from_status, e.to_status, e.by, e.attempt) for e in run.events.all()] == [
        ("pending", "processing", "w1", 2)
    ]
    claimed.complete({"n": 1})
    assert JobRun.objects.get(pk=run.pk).status == RunStatus.COMPLETED


@pytest.mark.parametrize("obstacle", ["gone", "claimed", "not due", "waits its turn", "limits"])
def test_a_run_is_not_claimed_at_once_where_something_else_has_a_say(obstacle):
    later = timezone.now() + timezone.timedelta(seconds=30)
    run = make_run(
        RunStatus.PROCESSING if obstacle == "claimed" else RunStatus.PENDING,
        make_job() if obstacle == "waits its turn" else None,
        available_at=later if obstacle == "not due" else timezone.now(),
        overlap="queue" if obstacle == "waits its turn" else "skip",
    )
    if obstacle == "limits":
        Limit.objects.create(kind="queue", value="other", at_once=1)
    if obstacle == "gone":
        JobRun.objects.all().delete()
    assert JobRun.claim_at_once(run.pk, "w2") is None
    assert not RunEvent.objects.exists()
    assert not JobRun.objects.filter(worker="w2").exists()


def test_a_run_is_not_claimed_before_its_moment():
    run = make_run(available_at=timezone.now() + timezone.timedelta(seconds=30))
    with pytest.raises(StaleRun, match="not due before"):
        run.claim("w1")


def test_a_wait_before_another_attempt_is_kept_to_the_moment_and_clocks_may_differ_before_the_first():
    soon = timezone.now() + timezone.timedelta(seconds=0.3)
    first, another = make_run(available_at=soon), make_run(available_at=soon, fence=1, attempt=1)
    first.claim("w1")
    with pytest.raises(NotYet):
        another.claim("w1")
    assert JobRun.claim_at_once(another.pk, "w1") is None


def test_the_writes_of_an_older_attempt_are_refused():
    run = make_run()
    run.claim("w1")
    stale = JobRun.objects.get(pk=run.pk)
    run.retry_at(timezone.now(), "again")
    run.claim("w2")
    with pytest.raises(StaleRun):
        stale.complete({"n": 1})
    assert JobRun.objects.get(pk=run.pk).status == RunStatus.PROCESSING


@pytest.mark.parametrize("start", list(RunStatus))
@pytest.mark.parametrize("end", list(RunStatus))
def test_a_step_that_the_life_cycle_does_not_have_changes_nothing(start, end):
    run = make_run(start)
    if end in TRANSITIONS[start]:
        return
    with pytest.raises(InvalidTransition):
        run._move(end)
    assert JobRun.objects.get(pk=run.pk).status == start
    assert not run.events.exists()


def test_a_retry_from_history_keeps_what_there_is():
    run = make_run(RunStatus.PARTIAL, metrics={"answered": 3})
    run.reopen("ada")
    run.refresh_from_db()
    assert run.status == RunStatus.PENDING
    assert run.is_reopened
    assert run.metrics == {"answered": 3}
    assert run.max_attempts == run.attempt + 1


IMPOSSIBLE = {
    "unknown status": {"status": "stuck"},
    "open and finished": {"status": RunStatus.PENDING, "finished_at": timezone.now()},
    "done and not finished": {"status": RunStatus.FAILED},
    "processing without a lease": {"status": RunStatus.PROCESSING, "started_at": timezone.now()},
    "a tick without a moment": {"trigger": Trigger.SCHEDULE},
}


@pytest.mark.parametrize("fields", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_database_refuses_impossible_rows(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(**{"job_name": "x", "job_type": "probe", "trigger": Trigger.MANUAL, **fields})


def test_a_tick_has_one_run():
    with probe():
        job, moment = make_job(), timezone.now()
    make_run(RunStatus.COMPLETED, job, trigger=Trigger.SCHEDULE, scheduled_for=moment)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_run(RunStatus.COMPLETED, job, trigger=Trigger.SCHEDULE, scheduled_for=moment)


def test_a_job_has_one_open_run():
    with probe():
        job = make_job()
    make_run(RunStatus.PENDING, job)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_run(RunStatus.PROCESSING, job)
    for status in DONE:
        make_run(status, job)


def test_a_run_outlives_its_job():
    with probe():
        job = make_job()
    run = make_run(RunStatus.COMPLETED, job)
    job.delete()
    run.refresh_from_db()
    assert run.scheduled_job is None
    assert run.job_name == "Morning"

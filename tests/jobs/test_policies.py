from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from jobs.dispatch import dispatch_due, retry, trigger
from jobs.errors import AnotherRunIsOpen, NotYet
from jobs.execution import execute
from jobs.models import JobRun, Pause, ScheduledJob
from jobs.policies import jitter
from jobs.schedules import pause_all, resume_all
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run, probe

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _before_nine_with_a_probe():
    with probe(), time_machine.travel(NINE - MINUTE, tick=False):
        yield


def dispatch_at(moment: datetime) -> list[JobRun]:
    with time_machine.travel(moment, tick=False):
        return dispatch_due(moment)


def claim_at(moment: datetime, run: JobRun, worker: str = "w1") -> None:
    with time_machine.travel(moment, tick=False):
        run.claim(worker)


def ledger(job: ScheduledJob) -> list[tuple[str, str]]:
    return [(f"{run.scheduled_for:%H:%M}", run.status) for run in ticks(job)]


def ticks(job: ScheduledJob) -> list[JobRun]:
    return list(job.runs.filter(scheduled_for__isnull=False).order_by("scheduled_for"))


# Missed ticks


def test_within_the_grace_the_latest_runs_and_each_other_has_its_row():
    job = make_job("*/10 * * * *", catch_up="latest")
    dispatch_at(NINE + 25 * MINUTE)
    assert ledger(job) == [("09:00", "skipped"), ("09:10", "skipped"), ("09:20", "pending")]


def test_to_catch_up_with_all_each_missed_tick_runs_in_its_turn():
    job = make_job("*/10 * * * *", catch_up="all", overlap="queue")
    published = dispatch_at(NINE + 25 * MINUTE)
    assert ledger(job) == [("09:00", "pending"), ("09:10", "pending"), ("09:20", "pending")]
    assert [run.scheduled_for for run in published] == [NINE]
    with time_machine.travel(NINE + 26 * MINUTE, tick=False):
        for run in reversed(ticks(job)[1:]):
            with pytest.raises(NotYet):
                run.claim("w1")
        ticks(job)[0].claim("w1")


def test_to_catch_up_with_none_only_a_tick_on_time_runs():
    job = make_job("*/10 * * * *", catch_up="none")
    dispatch_at(NINE + 15 * MINUTE)
    dispatch_at(NINE + 20 * MINUTE)
    assert ledger(job) == [("09:00", "skipped"), ("09:10", "skipped"), ("09:20", "pending")]
    assert ticks(job)[1].reason == "Missed: no scheduler ran at that time. Missed ticks are not made up."


def test_beyond_the_grace_one_row_sums_up_what_was_missed():
    job = make_job("* * * * *", misfire_grace_seconds=600)
    dispatch_at(NINE + 360 * MINUTE)
    summary, *others = ticks(job)
    assert summary.scheduled_for == NINE
    assert summary.reason.startswith("350 ticks from 2026-11-22 09:00 up to 2026-11-22 14:49 UTC were missed")
    assert len(others) == 11
    assert {run.status for run in others[:-1]} == {"skipped"}
    assert (others[-1].status, others[-1].scheduled_for) == ("pending", NINE + 360 * MINUTE)


def test_a_single_tick_beyond_the_grace_does_not_run_and_says_so():
    job = make_job(misfire_grace_seconds=600)
    assert dispatch_at(NINE + 11 * MINUTE) == []
    (run,) = ticks(job)
    assert (run.status, run.reason) == ("skipped", "Missed: no scheduler ran at that time, and its grace is over.")
    assert ScheduledJob.objects.get().next_run_at == NINE + timedelta(days=1)


def test_an_outage_of_weeks_is_bounded_in_rows_and_does_not_lose_the_latest_tick():
    job = make_job("* * * * *", misfire_grace_seconds=7 * 86_400)
    later = NINE + timedelta(days=20)
    dispatch_at(later)
    assert job.runs.count() == 1_001
    assert ticks(job)[0].reason.startswith("More than 10000 ticks from")
    assert (ticks(job)[-1].scheduled_for, ticks(job)[-1].status) == (later, "pending")


# Overlap


def test_a_tick_waits_behind_an_open_run_and_is_claimed_in_order():
    job = make_job("* * * * *", overlap="queue")
    (first,) = dispatch_at(NINE)
    claim_at(NINE, first)
    assert dispatch_at(NINE + MINUTE) == dispatch_at(NINE + 2 * MINUTE) == []
    with time_machine.travel(NINE + 3 * MINUTE, tick=False):
        _, second, third = ticks(job)
        for run in (third, second):
            with pytest.raises(NotYet):
                run.claim("w2")
        first.complete({})
        with pytest.raises(NotYet):
            third.claim("w2")
        second.claim("w2")
    assert JobRun.objects.get(pk=second.pk).status == RunStatus.PROCESSING


def test_the_message_of_a_run_that_waits_is_sent_when_its_turn_comes():
    job = make_job("* * * * *", overlap="queue")
    (first,) = dispatch_at(NINE)
    claim_at(NINE, first)
    dispatch_at(NINE + MINUTE)
    (_, second) = ticks(job)
    now = NINE + 2 * MINUTE
    with time_machine.travel(now, tick=False):
        assert not JobRun.objects.unpublished(now).filter(pk=second.pk).exists()
        JobRun.objects.filter(pk=second.pk).update(published_at=now)
        assert execute(second.pk, worker="w2") is None
        second.refresh_from_db()
        assert (second.status, second.published_at) == ("pending", None)
        first.complete({})
        assert list(JobRun.objects.unpublished(now)) == [second]


def test_a_queue_does_not_grow_without_end():
    job = make_job("* * * * *", overlap="queue", catch_up="all")
    dispatch_at(NINE + 104 * MINUTE)
    assert [status for _, status in ledger(job)] == ["pending"] * 100 + ["skipped"] * 5
    assert ticks(job)[-1].reason == "100 runs of this job are open already."


def test_runs_that_may_overlap_are_all_published_and_claimed():
    job = make_job("* * * * *", overlap="allow")
    (first,) = dispatch_at(NINE)
    claim_at(NINE, first)
    (second,) = dispatch_at(NINE + MINUTE)
    with time_machine.travel(NINE + MINUTE, tick=False):
        second.claim("w2")
    assert job.runs.filter(status=RunStatus.PROCESSING).count() == 2


def test_a_newer_run_takes_the_place_of_the_open_one_and_starts_when_its_worker_has_let_go():
    job = make_job("* * * * *", overlap="cancel_running")
    (first,) = dispatch_at(NINE)
    claim_at(NINE, first)
    dispatch_at(NINE + MINUTE)
    first.refresh_from_db()
    second = ticks(job)[1]
    assert (first.status, first.reason) == ("cancelled", "A newer run of the job takes its place.")
    with time_machine.travel(first.lease_expires_at - timedelta(seconds=1), tick=False):
        second.available_at = NINE
        with pytest.raises(NotYet):
            second.claim("w2")
        first.let_go()
        second.claim("w2")


def test_a_worker_that_never_lets_go_holds_up_the_next_run_no_longer_than_its_lease():
    job = make_job("* * * * *", overlap="cancel_running")
    (first,) = dispatch_at(NINE)
    claim_at(NINE, first)
    dispatch_at(NINE + MINUTE)
    with time_machine.travel(NINE + 3 * MINUTE, tick=False):
        ticks(job)[1].claim("w2")


@pytest.mark.parametrize(("overlap", "runs"), [("skip", 1), ("queue", 2), ("allow", 2), ("cancel_running", 2)])
def test_a_trigger_keeps_to_the_overlap_policy(overlap, runs):
    job = make_job(overlap=overlap)
    first = trigger(job)
    second = trigger(job)
    assert (second.created, job.runs.count()) == (runs == 2, runs)
    first.run.refresh_from_db()
    assert first.run.status == ("cancelled" if overlap == "cancel_running" else "pending")


def test_the_database_still_allows_a_job_that_skips_one_open_run():
    job = make_job()
    make_run(RunStatus.PENDING, job)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_run(RunStatus.PENDING, job)
    make_run(RunStatus.PENDING, job, overlap="allow")


def test_a_retry_beside_an_open_run_is_refused_in_words():
    job = make_job()
    failed = make_run(RunStatus.FAILED, job)
    make_run(RunStatus.PENDING, job)
    with pytest.raises(AnotherRunIsOpen, match="Another run of this job is open"):
        retry(failed, "ada")
    assert JobRun.objects.get(pk=failed.pk).status == RunStatus.FAILED
    assert not failed.events.exists()


# When nothing runs


def test_a_tick_inside_a_blackout_window_of_the_jobs_zone_is_skipped():
    window = {"days": ["sun"], "from": "09:30", "to": "10:30"}
    job = make_job("0 10 * * *", "Europe/Zurich", blackout=[window])
    assert dispatch_at(NINE) == []
    assert ticks(job)[0].reason == "It is inside the blackout window sun 09:30-10:30 (Europe/Zurich)."
    assert len(dispatch_at(NINE + timedelta(days=1))) == 1


def test_while_all_are_paused_each_tick_is_skipped_and_says_why():
    job = make_job()
    pause_all(by="ada", reason="Migration")
    pause_all(by="bob")
    assert dispatch_at(NINE) == []
    assert ticks(job)[0].reason == "All schedules are paused by ada since 2026-11-22 08:59 UTC: Migration."
    assert trigger(job).created
    resume_all()
    assert Pause.current() is None
    JobRun.objects.all().delete()
    assert len(dispatch_at(NINE + timedelta(days=1))) == 1


def test_there_is_one_pause():
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(pk=2)


# Jitter, queue, priority, limits


def test_jitter_is_the_same_for_a_job_and_spread_between_jobs():
    one = UUID("2c1f7b0e-5a3d-4b57-9d55-0d1f0e9c8a77")
    assert jitter(one, 60) == jitter(one, 60) < timedelta(seconds=60)
    assert jitter(one, 0) == timedelta()
    offsets = sorted(jitter(uuid4(), 100).total_seconds() for _ in range(400))
    assert offsets[0] < 10 < 90 < offsets[-1]
    assert 40 < offsets[200] < 60


def test_jitter_moves_the_start_and_not_the_tick():
    job = make_job(jitter_seconds=60)
    assert dispatch_at(NINE) == []
    (run,) = ticks(job)
    assert (run.scheduled_for, run.available_at) == (NINE, NINE + job.jitter)
    assert list(JobRun.objects.unpublished(NINE)) == []
    assert list(JobRun.objects.unpublished(NINE + MINUTE)) == [run]


def test_a_run_keeps_the_policies_that_held_when_it_was_made():
    job = make_job(
        overlap="allow", queue="slow", priority=7, kill_after_seconds=5, jitter_seconds=1, misfire_grace_seconds=60
    )
    run = trigger(job).run
    assert (run.overlap, run.queue, run.priority, run.kill_after_seconds) == ("allow", "slow", 7, 5)
    assert run.schedule["policies"] == {
        "overlap": "allow",
        "catch_up": "latest",
        "misfire_grace_seconds": 60,
        "jitter_seconds": 1,
        "blackout": [],
    }


@pytest.mark.parametrize(
    ("fields", "where", "sentence"),
    [
        ({"catch_up": "all"}, "catch_up", "choose the overlap “Queue”"),
        ({"queue": "a queue"}, "queue", "“a queue” is not a queue's name"),
        ({"priority": 10}, "priority", "Priorities go from 0, which is first, to 9."),
        ({"blackout": [{"from": "x"}]}, "blackout", "“x” is not a time"),
        ({"overlap": "sometimes"}, "overlap", "is not a valid choice"),
        ({"misfire_grace_seconds": 10**7}, "misfire_grace_seconds", "less than or equal to 604800"),
    ],
)
def test_policies_that_make_no_sense_are_refused_in_words(fields, where, sentence):
    job = make_job()
    for name, value in fields.items():
        setattr(job, name, value)
    with pytest.raises(ValidationError) as caught:
        job.full_clean()
    assert sentence in " ".join(caught.value.message_dict[where])

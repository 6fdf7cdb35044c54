"""What does not end by itself, with real workers: it is ended by force, and so is all that it has started."""

import os
import signal
from pathlib import Path

import pytest

from jobs.models import JobRun, Worker
from jobs.status import RunStatus, Trigger
from tests.acceptance.harness import Platform, wait_for

FIELDS = {"job_name": "Stubborn", "job_type": "stubborn", "trigger": Trigger.MANUAL, "max_attempts": 2}


pytestmark = pytest.mark.parametrize("platform", ["sqlite"], indirect=True)


@pytest.fixture
def stubborn(platform: Platform) -> Platform:
    """A platform whose workers know the job type `stubborn`, with a beat."""
    platform.environment |= {"DJANGO_SETTINGS_MODULE": "tests.stubborn.settings"}
    platform.beat()
    return platform


def start(way: str, **fields) -> JobRun:
    return JobRun.objects.create(**{**FIELDS, "options": {"way": way}, "kill_after_seconds": 1, **fields})


def fresh(run: JobRun) -> JobRun:
    return JobRun.objects.get(pk=run.pk)


def ends_as(run: JobRun, status: RunStatus) -> str:
    """Wait for it; returns the reason."""
    wait_for(lambda: fresh(run).status == status, seconds=90, what=f"{run.options} {status}")
    return fresh(run).reason


def children(run: JobRun, number: int = 2) -> list[int]:
    """The processes that the run says it has started."""

    def said() -> list[int]:
        return [int(line.text.split()[1]) for line in run.log.filter(text__startswith="child ")]

    return wait_for(lambda: len(said()) >= number and said(), seconds=40, what=f"{run.options} children")


def lives(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def all_gone(pids: list[int]) -> bool:
    return not any(map(lives, pids))


def test_what_does_not_end_is_ended_by_force_with_all_that_it_started_and_the_worker_goes_on(stubborn):
    stubborn.worker("worker", "--concurrency", "6")
    before = Worker.objects.get(role="worker").pid
    sleeping, computing = start("sleep"), start("regex")
    late, in_order = start("sleep", timeout_seconds=6), start("child", timeout_seconds=6, kill_after_seconds=60)
    leaving, dying, dropping = start("leave"), start("die", backoff_seconds=0), start("drop", max_attempts=1)

    cancelled = [*children(sleeping), *children(computing)]
    assert all(map(lives, cancelled))
    for run in (sleeping, computing):
        fresh(run).cancel("ada")
    wait_for(lambda: all_gone(cancelled), seconds=20)
    for run in (sleeping, computing):
        wait_for(lambda run=run: fresh(run).lease_expires_at is None)
        assert ends_as(run, RunStatus.CANCELLED) == "Cancelled by ada."
        assert "was ended by force" in run.log.last().text

    why = ends_as(late, RunStatus.TIMED_OUT)
    assert why.endswith("limit of 6 seconds. It did not stop within 1 seconds and was ended by force.")
    # What it waits for is asked to end at the limit, so it comes to its next part by itself.
    assert ends_as(in_order, RunStatus.TIMED_OUT) == "It took longer than its limit of 6 seconds."

    ends_as(leaving, RunStatus.COMPLETED)
    assert all_gone(children(leaving))

    assert ends_as(dying, RunStatus.FAILED).endswith("died at attempt 2 of 2.")
    assert ends_as(dropping, RunStatus.FAILED).endswith("died at attempt 1 of 1.")
    wait_for(lambda: all_gone([*children(dying, 4), *children(late), *children(in_order, 1)]), seconds=10)

    ends_as(start("well"), RunStatus.COMPLETED)
    assert Worker.objects.get(role="worker").pid == before


def test_threads_cannot_be_killed_and_a_run_ends_at_its_limit_all_the_same(stubborn):
    stubborn.worker("threads", "--pool", "threads", "--concurrency", "2")
    run = start("sleep", timeout_seconds=2)
    assert "cannot be ended by force in a pool of threads" in ends_as(run, RunStatus.TIMED_OUT)
    ends_as(start("well"), RunStatus.COMPLETED)


def test_a_worker_that_is_told_to_stop_hands_its_runs_back_and_the_attempt_does_not_count(stubborn):
    stubborn.environment |= {"WORKER_SHUTDOWN_GRACE": "3"}
    worker = stubborn.worker("worker", "--concurrency", "2")
    willing, unwilling = start("parts"), start("sleep")
    pids = children(unwilling)
    wait_for(lambda: fresh(willing).done, seconds=20)
    os.kill(worker.pid, signal.SIGTERM)
    for run in (willing, unwilling):
        assert ends_as(run, RunStatus.PENDING) == "Its worker was told to stop: another one goes on with it."
        assert (fresh(run).attempt, fresh(run).max_attempts) == (1, run.max_attempts + 1)
    wait_for(lambda: all_gone(pids), seconds=10)
    wait_for(lambda: not Worker.objects.filter(role="worker").exists(), seconds=20, what="the end of the worker")
    JobRun.objects.filter(pk=unwilling.pk).delete()
    stubborn.worker("another")
    ends_as(willing, RunStatus.COMPLETED)

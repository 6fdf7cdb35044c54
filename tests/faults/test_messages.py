"""Fault 9: messages that come twice or late, runs longer than the visibility timeout, workers that are stopped."""

import signal
import time

import pytest
from celery import current_app
from kombu import Producer

from jobs.models import JobRun, RunEvent
from jobs.queueing import EXECUTE_TASK
from jobs.status import RunStatus
from tests.acceptance.harness import wait_for
from tests.faults.amounts import amounts, only_long
from tests.faults.harness import LEASE


def send_again(scene, runs, times):
    """The same messages once more, as a broker that delivers at least once may do."""
    with current_app.connection_for_write(scene.redis_url) as connection, Producer(connection) as producer:
        for run in runs:
            for _ in range(times):
                current_app.send_task(EXECUTE_TASK, args=[str(run.pk)], producer=producer)


@pytest.mark.parametrize(("runs", "times"), amounts((40, 3), (1_000, 5)))
def test_messages_that_come_several_times_have_one_effect(scene, finish, runs, times):
    scene.man("beat-1")
    for number in range(20):
        scene.watch(f"job {number}", every=1, seconds=runs // 20, options={"workMs": 20})
    wait_for(lambda: JobRun.objects.count() == runs, seconds=runs / 20 + 30)
    send_again(scene, JobRun.objects.all(), times)
    scene.man("worker-1", "worker-2")
    wait_for(lambda: scene.outside.effects() >= runs // 2, seconds=60)
    send_again(scene, JobRun.objects.all(), 1)
    result = finish("9", "every message several times", f"{runs * (times + 1)} more messages")
    assert result.verdict.runs == scene.outside.effects() == runs
    assert RunEvent.objects.filter(to_status=RunStatus.PROCESSING).count() == runs


@pytest.mark.parametrize("seconds", only_long(40))
def test_a_run_longer_than_the_visibility_timeout_is_not_run_beside_itself(scene, finish, seconds):
    scene.environment["VISIBILITY_TIMEOUT"] = str(seconds / 4)
    scene.man("beat-1", "worker-1", "worker-2")
    scene.watch("long", every=60, seconds=1, options={"workMs": seconds * 1000})
    result = finish("9", "a run of four visibility timeouts", "1 run")
    assert (result.verdict.runs, scene.outside.effects()) == (1, 1)
    assert RunEvent.objects.filter(to_status=RunStatus.PROCESSING).count() == 1


@pytest.mark.parametrize("times", amounts(1, 10))
def test_a_worker_that_was_stopped_past_its_lease_can_write_nothing_any_more(scene, finish, times):
    scene.man("beat-1")
    for number in range(times):
        scene.man("worker-1")
        scene.watch(f"job {number}", every=60, seconds=1, options={"workMs": 1500})
        run = wait_for(
            lambda number=number: JobRun.objects.filter(job_name=f"job {number}", status=RunStatus.PROCESSING).first(),
            seconds=20,
        )
        sleeper = scene.crew["worker-1"]
        scene.signal(sleeper, signal.SIGSTOP)
        scene.man("worker-2")
        wait_for(lambda run=run: JobRun.objects.get(pk=run.pk).attempt == 2, seconds=LEASE + 20)
        scene.signal(sleeper, signal.SIGCONT)
        scene.fault_is_over()
        wait_for(lambda run=run: not JobRun.objects.get(pk=run.pk).is_open, seconds=30)
        time.sleep(1)  # the woken one says what it has to say
        scene.kill("worker-1")
        scene.kill("worker-2")
    result = finish("9", "a worker is stopped past its lease, then goes on", f"{times} stops")
    assert scene.outside.effects() == times
    assert result.verdict.ambiguous == 0, "the woken worker asked for the effect of a run that was no longer its own"
    assert set(JobRun.objects.values_list("status", "worker")) == {("completed", "worker-2@test")}

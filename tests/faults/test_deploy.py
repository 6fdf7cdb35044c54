"""Fault 12: a new version is deployed while a long run is at work and messages of the last version are in the queue."""

import time

import pytest
from celery import current_app
from kombu import Producer

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.acceptance.harness import wait_for
from tests.faults.amounts import amounts, only_long

BACK_WITHIN = 10.0  # seconds
STRANGE = [
    ("jobs.execute_run", [], {}),  # arguments are missing
    ("jobs.execute_run", ["no-uuid"], {}),
    ("jobs.execute_run", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {}),  # a run that is gone
    ("jobs.execute_run", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {"colour": "red"}),
    ("jobs.an_older_name", [1], {}),
    ("jobs.tick", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {}),
]


@pytest.mark.parametrize("times", amounts(1, 10))
def test_a_worker_that_is_asked_to_end_hands_its_long_run_to_the_next_one(scene, finish, times):
    scene.man("beat-1", "worker-1")
    for number in range(times):
        job = scene.watch(f"long {number}", every=60, seconds=1, options={"workMs": 60_000})
        run = wait_for(lambda job=job: job.runs.filter(status=RunStatus.PROCESSING).first(), seconds=20)
        JobRun.objects.filter(pk=run.pk).update(options={"workMs": 200})  # the second attempt need not take as long
        scene.man("worker-2")
        asked = time.time()
        scene.leave("worker-1", seconds=60)
        again = wait_for(lambda run=run: run.events.filter(to_status=RunStatus.PROCESSING)[1:].first(), seconds=60)
        assert again.at.timestamp() - asked < BACK_WITHIN
        wait_for(lambda run=run: not JobRun.objects.get(pk=run.pk).is_open, seconds=20)
        scene.crew["worker-1"] = scene.crew.pop("worker-2")
    result = finish("12", "SIGTERM while a long run is at work", f"{times} deploys")
    assert result.verdict.runs == scene.outside.effects() == times


@pytest.mark.parametrize("times", only_long(100))
def test_messages_that_no_version_knows_stop_no_worker_and_drop_no_run(scene, finish, times):
    with current_app.connection_for_write(scene.redis_url) as connection, Producer(connection) as producer:
        for _ in range(times):
            for name, arguments, words in STRANGE:
                current_app.send_task(name, args=arguments, kwargs=words, producer=producer)
    scene.man("worker-1", "beat-1")
    for number in range(5):
        scene.watch(f"job {number}", every=1, seconds=2, is_neighbour=True, options={"workMs": 20})
    result = finish("12", "messages of another version in the queue", f"{times * len(STRANGE)} messages")
    assert result.verdict.runs == scene.outside.effects() == 10

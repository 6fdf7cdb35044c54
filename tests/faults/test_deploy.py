"""Fault 12: a new version is deployed while messages of the last one are in the queue."""

import pytest
from celery import current_app
from kombu import Producer

from tests.faults.amounts import amounts

STRANGE = [
    ("jobs.execute_run", [], {}),  # arguments are missing
    ("jobs.execute_run", ["no-uuid"], {}),
    ("jobs.execute_run", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {}),  # a run that is gone
    ("jobs.execute_run", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {"colour": "red"}),
    ("jobs.an_older_name", [1], {}),
    ("jobs.tick", ["6f0a4f9e-3d4c-4d55-9f30-6a8c7a2f1f00"], {}),
]


@pytest.mark.parametrize("times", amounts(2, 100))
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

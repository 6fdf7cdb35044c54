"""The harness itself: a worker and a beat on either database, rows seen from the test, nothing left behind."""

import signal

from config import processes
from jobs.models import Worker
from tests.acceptance.harness import Platform, wait_for


def test_worker_and_beat_sign_on_in_the_tests_own_orm(platform: Platform) -> None:
    worker, beat = platform.worker(), platform.beat()
    assert set(Worker.objects.values_list("role", "pid")) == {("worker", worker.pid), ("beat", beat.pid)}
    assert platform.shell("from jobs.models import Worker; result = Worker.objects.count()") == 2
    assert "worker@test ready" in platform.logs()


def test_a_killed_worker_is_gone_with_its_children(platform: Platform) -> None:
    worker = platform.worker()
    platform.signal(worker, signal.SIGKILL)
    wait_for(lambda: not processes.members(worker))
    assert not processes.is_up(worker)

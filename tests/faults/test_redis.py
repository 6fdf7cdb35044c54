"""Fault 6 and its neighbours: Redis forgets, is restarted empty, or takes nothing and says nothing."""

import signal

import pytest
import redis

from config import processes
from jobs.models import JobRun
from tests.acceptance.harness import wait_for
from tests.faults.amounts import amounts, only_long

GOING_AGAIN = 30.0  # seconds


def the_server(scene):
    return next(process for process in scene.started if process.name == "redis")


def restart_empty(scene):
    server = the_server(scene)
    scene.signal(server, signal.SIGKILL)
    processes.stop([server])
    scene.started.remove(server)
    scene.redis()


def flush(scene):
    with redis.Redis.from_url(scene.redis_url) as client:
        client.flushall()


@pytest.mark.parametrize(
    ("name", "forget"),
    [
        pytest.param("Redis restarted without persistence", restart_empty, id="restarted"),
        pytest.param("Redis flushed", flush, id="flushed", marks=pytest.mark.faults),
    ],
)
@pytest.mark.parametrize("queued", amounts(60, 400))
def test_a_redis_that_forgets_all_queued_messages_loses_no_run(scene, finish, name, forget, queued):
    for number in range(20):
        scene.watch(f"job {number}", every=1, seconds=queued // 20, options={"workMs": 50})
    scene.man("beat-1")
    wait_for(lambda: JobRun.objects.filter(published_at__isnull=False).count() == queued, seconds=queued / 20 + 30)
    forget(scene)
    scene.fault_is_over()
    scene.man("worker-1", "worker-2")
    result = finish("6", name, f"{queued} queued")
    assert result.verdict.runs == queued
    assert result.recoveries[0] <= GOING_AGAIN


@pytest.mark.parametrize("seconds", only_long(60))
def test_a_redis_that_takes_connections_and_says_nothing_loses_no_tick(scene, finish, seconds):
    scene.man("beat-1", "beat-2", "worker-1")
    scene.watch("every second", every=1, seconds=seconds + 2, options={"workMs": 20})
    scene.watch("skips", every=2, seconds=seconds + 2, overlap="skip")
    scene.sleep((2, 2))
    scene.signal(the_server(scene), signal.SIGSTOP)
    scene.sleep((seconds, seconds))
    scene.signal(the_server(scene), signal.SIGCONT)
    scene.fault_is_over()
    result = finish("also", "Redis takes connections and says nothing", f"{seconds} seconds")
    assert result.recoveries[0] <= GOING_AGAIN


@pytest.mark.parametrize("seconds", amounts(3, 60))
def test_a_redis_that_is_full_loses_no_tick(scene, finish, seconds):
    scene.man("beat-1", "worker-1")
    scene.watch("every second", every=1, seconds=seconds + 3, options={"workMs": 20})
    scene.sleep((2, 2))
    with redis.Redis.from_url(scene.redis_url) as client:
        client.config_set("maxmemory", 1)
        scene.sleep((seconds, seconds))
        client.config_set("maxmemory", 0)
    scene.fault_is_over()
    scene.relaunch_dead(["beat-1", "worker-1"])
    result = finish("also", "Redis is full and takes no writes", f"{seconds} seconds")
    assert result.verdict.runs == seconds + 3
    assert result.recoveries[0] <= GOING_AGAIN

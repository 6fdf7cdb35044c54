"""Fault 7, with processes: a fifth of all connects and commits fail; PostgreSQL crashes; eight write at once."""

import json
import os
import resource
import signal

import pytest
from django.db import connection

from config import processes
from jobs.models import JobRun
from jobs.status import RunStatus
from tests.faults.amounts import amounts, only_long

FIFTH = 0.2
MIXES = {
    "connect": ["connect"],
    "before the commit": ["pre_commit"],
    "after the commit": ["post_commit"],
    "all of these": ["connect", "pre_commit", "post_commit"],
}
GOING_AGAIN = 30.0  # seconds
CREW = ["beat-1", "beat-2", "worker-1", "worker-2"]


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("runs", only_long(100))
@pytest.mark.parametrize("scene", ["postgresql", "sqlite"], indirect=True)
def test_runs_survive_a_database_that_fails_every_fifth_time(scene, finish, runs, mix):
    switch = scene.folder / "faulty.json"
    scene.environment["FAULTY"] = str(switch)
    scene.man(*CREW)
    for number in range(20):
        scene.watch(f"job {number}", every=1, seconds=runs // 20, max_attempts=20, options={"workMs": 30})
    switch.write_text(json.dumps(dict.fromkeys(MIXES[mix], FIFTH)))
    is_over = scene.in_seconds(runs / 20 + 4)
    while not is_over():
        scene.relaunch_dead(CREW)
        scene.sleep((0.2, 0.2))
    switch.unlink()
    scene.fault_is_over()
    scene.relaunch_dead(CREW)
    result = finish("7", f"a fifth fails: {mix}", f"{FIFTH:.0%} of all")
    assert result.verdict.runs == runs
    assert JobRun.objects.filter(status=RunStatus.COMPLETED).count() == runs


def keep_what_is_committed():
    """The server of the tests may lose the last commits in a crash; one of a platform may not."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit TO on")
    connection.close()


@pytest.mark.parametrize(("seconds", "crashes"), amounts((6, 2), (120, 12)))
def test_a_postgresql_that_crashes_and_recovers_loses_no_run(scene, finish, seconds, crashes):
    keep_what_is_committed()
    scene.man(*CREW)
    for number in range(10):
        scene.watch(f"job {number}", every=1, seconds=seconds, options={"workMs": 30})
    for _ in range(crashes):
        scene.sleep((2, 2 * seconds / crashes - 2))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            victim = cursor.fetchone()[0]
        os.kill(victim, signal.SIGKILL)  # the server then ends all of its processes and reads its journal
        connection.close()
        scene.fault_is_over()
    result = finish("also", "PostgreSQL crashes and recovers", f"{crashes} crashes")
    assert result.verdict.runs == 10 * seconds
    assert max(result.recoveries) <= GOING_AGAIN
    assert all(map(processes.is_up, scene.crew.values()))


@pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seconds", only_long(60))
def test_eight_writers_on_sqlite_never_see_a_locked_database(scene, finish, seconds):
    scene.environment["WORKER_CONCURRENCY"] = "4"
    scene.man(*CREW)
    for number in range(10):
        scene.watch(f"job {number}", every=1, seconds=seconds)
    finish("also", "eight writers and two beats on SQLite", "none")
    assert JobRun.objects.filter(status=RunStatus.COMPLETED, attempt=1).count() == 10 * seconds
    logs = [(scene.folder / "log" / f"{name}.log").read_text() for name in CREW]
    assert [line for log in logs for line in log.splitlines() if "locked" in line] == []


def let_files_grow(scene, most):
    """As if the disk was full beyond that: what the crew writes behind so many bytes of a file is refused."""
    for process in scene.crew.values():
        for pid in processes.members(process):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seconds", amounts(3, 60))
def test_a_disk_that_is_full_loses_no_run(scene, finish, seconds):
    scene.man("beat-1", "worker-1")
    scene.watch("every second", every=1, seconds=seconds + 3, max_attempts=20, options={"workMs": 20})
    scene.sleep((3, 3))
    let_files_grow(scene, 32 * 1024)
    scene.sleep((seconds, seconds))
    let_files_grow(scene, resource.RLIM_INFINITY)
    scene.fault_is_over()
    scene.relaunch_dead(["beat-1", "worker-1"])
    result = finish("7", "the disk of SQLite is full", f"{seconds} seconds")
    assert result.verdict.runs == seconds + 3

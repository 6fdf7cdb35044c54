"""Fault 7, with processes: a fifth of all connects and commits fail; and PostgreSQL is restarted under all of them."""

import json

import pytest

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.faults.amounts import amounts

FIFTH = 0.2
MIXES = {
    "connect": ["connect"],
    "before the commit": ["pre_commit"],
    "after the commit": ["post_commit"],
    "all of these": ["connect", "pre_commit", "post_commit"],
}
CREW = ["beat-1", "beat-2", "worker-1", "worker-2"]


@pytest.mark.parametrize(
    "mix", ["all of these", *(pytest.param(mix, marks=pytest.mark.faults) for mix in list(MIXES)[:-1])]
)
@pytest.mark.parametrize("runs", amounts(20, 100))
@pytest.mark.parametrize("scene", ["postgresql", pytest.param("sqlite", marks=pytest.mark.faults)], indirect=True)
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

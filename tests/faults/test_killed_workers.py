"""Fault 5: `kill -9` of the whole tree of a worker, again and again, while runs go on."""

import pytest

from tests.faults.amounts import amounts

JOBS = 20
BEFORE_THE_NEXT = (1.0, 4.0)  # seconds
WORKERS = ["worker-1", "worker-2"]


@pytest.mark.parametrize(("runs", "kills"), amounts((60, 1), (2_500, 15)))
@pytest.mark.parametrize("scene", ["postgresql", pytest.param("sqlite", marks=pytest.mark.faults)], indirect=True)
def test_killed_workers_lose_no_run_and_have_no_effect_twice(scene, finish, runs, kills):
    scene.man("beat-1", *WORKERS)
    for number in range(JOBS):
        scene.watch(f"job {number}", every=1, seconds=runs // JOBS, options={"workMs": 20, "afterMs": 10})
    for _ in range(kills):
        scene.sleep(BEFORE_THE_NEXT)
        victim = scene.chance.choice(WORKERS)
        scene.kill(victim)
        scene.launch(victim)
        scene.observe()
    result = finish("5", "kill -9 of a worker's whole tree", f"{kills} kills")
    assert result.verdict.runs == runs

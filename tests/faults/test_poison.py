"""Fault 8: a job that kills its worker each time it is run, among others that do no harm."""

import pytest

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.faults.amounts import amounts


@pytest.mark.parametrize(
    ("manner", "name"),
    [
        ("die", "its process"),
        pytest.param("kill_worker", "its whole worker", marks=pytest.mark.faults),
        pytest.param("hang", "nobody, but hangs and does not hear", marks=pytest.mark.faults),
    ],
)
@pytest.mark.parametrize(("good", "attempts"), amounts((20, 2), (100, 3)))
def test_a_poison_run_ends_as_failed_and_its_neighbours_go_on(scene, finish, good, attempts, manner, name):
    workers = ["worker-1", "worker-2"]
    scene.man("beat-1", *workers)
    for number in range(20):
        scene.watch(f"good {number}", every=1, seconds=good // 20, is_neighbour=True, options={"workMs": 50})
    limits = {"timeout_seconds": 3, "kill_after_seconds": 1} if manner == "hang" else {}
    poison = scene.watch("poison", every=3600, seconds=1, options={"manner": manner}, max_attempts=attempts, **limits)
    while not poison.runs.exists() or JobRun.objects.open().exists():
        scene.relaunch_dead(workers)
        scene.sleep((0.2, 0.2))
    result = finish("8", f"a run that kills {name}, among {good} good ones", "1 poison job")
    run = poison.runs.get()
    if manner == "hang":
        assert (run.status, run.attempt) == (RunStatus.TIMED_OUT, 1)
        return
    assert (run.status, run.attempt) == (RunStatus.FAILED, attempts)
    assert f"at attempt {attempts} of {attempts}" in run.reason
    assert result.verdict.runs == good + 1

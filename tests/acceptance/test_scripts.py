"""Scripts on real workers: each runs once, and never beside itself."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from jobs.models import JobRun, RunOutput
from jobs.status import RunStatus, Trigger
from tests.acceptance.harness import Platform, wait_for
from tests.jobs.scripts.conftest import STUBBORN, lives, processes

pytestmark = pytest.mark.parametrize("platform", ["sqlite"], indirect=True)
SHORT = """#!/bin/sh
# /// brandbeat
# [[arguments]]
# name = "number"
# type = "integer"
# ///
echo "$1" | tee -a "$HOME/seen"
"""
# Will not hear of SIGTERM; notes that it began, and whether an earlier copy of it was alive then.
LONG = """#!/bin/sh
trap '' TERM
if [ -f pid ]; then kill -0 "$(cat pid)" && echo beside >>seen; echo again >>seen; exit 0; fi
echo $$ >pid
echo began >>seen
while :; do sleep 0.1; done
"""


@pytest.fixture
def folder(platform: Platform, tmp_path: Path) -> Path:
    """A platform whose workers know the scripts of this folder."""
    place = tmp_path / "scripts-of-the-operator"
    place.mkdir(mode=0o755)
    for name, text in (("short", SHORT), ("long", LONG), ("stubborn", STUBBORN.replace("WAIT", "600"))):
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    platform.environment |= {"SCRIPTS_DIR": str(place), "STUCK_RUN_THRESHOLD": "4"}
    return place


def start(**options: object) -> JobRun:
    fields = {"job_name": "Script", "job_type": "script", "trigger": Trigger.MANUAL, "max_attempts": 2}
    return JobRun.objects.create(options={"folder": "kept", **options}, backoff_seconds=0, **fields)


def seen(platform: Platform) -> list[str]:
    path = platform.folder / "scripts" / "work" / "shared" / "kept" / "seen"
    return path.read_text().splitlines() if path.exists() else []


def test_fifty_scripts_on_two_workers_run_once_each_and_one_that_is_rescued_never_beside_itself(platform, folder):
    platform.beat()
    north = platform.worker("north", "--concurrency", "2")
    south = platform.worker("south", "--concurrency", "2")
    runs = [start(script="short", arguments={"number": number}) for number in range(50)]
    outside = start(script="../short")

    def ended() -> Counter[str]:
        return Counter(JobRun.objects.filter(pk__in=[run.pk for run in runs]).values_list("status", flat=True))

    wait_for(lambda: ended()[RunStatus.COMPLETED] == 50, seconds=90, what="fifty scripts")
    assert Counter(seen(platform)) == Counter(f"--number={number}" for number in range(50))
    assert RunOutput.objects.count() == 50
    assert len(set(JobRun.objects.filter(status=RunStatus.COMPLETED).values_list("worker", flat=True))) == 2
    outside.refresh_from_db()
    assert outside.status == RunStatus.FAILED
    assert outside.reason.startswith("script: ")

    stubborn = start(script="stubborn", folder="")
    wait_for(lambda: len(processes(stubborn)) == 4, seconds=30)
    JobRun.objects.get(pk=stubborn.pk).cancel("ada")
    wait_for(lambda: JobRun.objects.get(pk=stubborn.pk).lease_expires_at is None, seconds=30)
    assert not any(map(lives, processes(stubborn)))
    assert stubborn.log.last().text == "It was ended by SIGKILL."  # by its guard: the worker's process goes on

    platform.signal(north, signal.SIGSTOP)  # so that the other one takes it
    run = start(script="long")
    wait_for(lambda: "began" in seen(platform), seconds=40)
    platform.signal(north, signal.SIGCONT)
    platform.signal(south, signal.SIGKILL)

    def status() -> str:
        return str(JobRun.objects.get(pk=run.pk).status)

    wait_for(lambda: status() == RunStatus.COMPLETED, seconds=60, what="the rescued run")
    assert seen(platform)[-2:] == ["began", "again"]

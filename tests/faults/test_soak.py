"""Two hours in which ten beats and workers are killed at random leave no hole in the ledger of ticks."""

import logging
import os
import time

import pytest

SECONDS = float(os.environ.get("SOAK_MINUTES", "120")) * 60
CREW = [f"beat-{n}" for n in range(1, 5)] + [f"worker-{n}" for n in range(1, 7)]
logger = logging.getLogger(__name__)


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 900)
def test_beats_and_workers_killed_at_random_leave_no_hole_in_the_ledger(scene, finish):
    scene.environment |= {"WORKER_CONCURRENCY": "1"}
    scene.man(*CREW)
    scene.watch("side by side", every=4, seconds=SECONDS, options={"workMs": 20})
    scene.watch("skips", every=5, seconds=SECONDS, overlap="skip", options={"workMs": 500, "afterMs": 500})
    scene.watch("in turn", every=10, seconds=SECONDS, overlap="queue", catch_up="all", options={"workMs": 200})
    scene.watch("takes the place", every=15, seconds=SECONDS, overlap="cancel_running", options={"workMs": 2000})
    scene.watch("with jitter", every=20, seconds=SECONDS, jitter_seconds=5)
    scene.watch("tries again", every=30, seconds=SECONDS, options={"manner": "retry", "attempts": 1}, max_attempts=20)
    scene.watch("cron", cron="* * * * *", seconds=SECONDS)
    scene.watch("cron of a zone", cron="*/15 * * * *", seconds=SECONDS)
    end, kills = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        kills += scene.churn(scene.in_seconds(min(300, SECONDS)), pause=(5, 11))
        logger.info("%s kills, %s effects, %s steps", kills, scene.outside.effects(), len(scene.notes.steps))
    finish("soak", f"ten beats and workers killed at random for {SECONDS / 60:.0f} minutes", f"{kills} kills")

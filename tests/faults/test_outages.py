"""Fault 4: no scheduler runs for one tick up to six hours, inside and outside of the grace."""

from datetime import timedelta
from itertools import product

import pytest

from jobs.models import ScheduledJob
from jobs.status import RunStatus

GRACE = 3600
MINUTE, HOUR = 60, 3600
OUTAGES = {
    "2 hours": 2 * HOUR,
    "one tick": 90,
    "20 minutes": 20 * MINUTE,
    "3 h 25 min": 3 * HOUR + 25 * MINUTE,
    "6 hours": 6 * HOUR,
}
SHORT = "2 hours"  # for every run of the tests
KINDS = {
    "latest": {"overlap": "skip", "catch_up": "latest"},
    "all": {"overlap": "queue", "catch_up": "all"},
    "none": {"overlap": "skip", "catch_up": "none"},
}
CRONS = ["* * * * *", "*/15 * * * *", "0 * * * *"]


def expected_to_run(watched, catch_up, now):
    """The ticks that run after the outage, by the rules as the documentation has them."""
    recent = [moment for moment in watched.instants() if now - timedelta(seconds=GRACE) <= moment <= now]
    if catch_up == "all":
        return recent
    return [moment for moment in recent[-1:] if catch_up == "latest" or now - moment <= timedelta(minutes=1)]


@pytest.mark.parametrize(
    "outage", [SHORT, *(pytest.param(name, marks=pytest.mark.faults) for name in OUTAGES if name != SHORT)]
)
@pytest.mark.parametrize("scene", ["postgresql", pytest.param("sqlite", marks=pytest.mark.faults)], indirect=True)
def test_after_an_outage_each_tick_has_run_or_says_why_not(scene, finish, outage):
    seconds = OUTAGES[outage]
    for (kind, policies), cron in product(KINDS.items(), CRONS):
        fields = {"misfire_grace_seconds": GRACE, **policies}
        job = scene.watch(f"{kind} {cron}", cron=cron, starts_in=-seconds, seconds=seconds, **fields)
        first = next(iter(scene.notes.watched[-1].instants()), None)
        ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=first)  # nobody has looked since
    scene.fault_is_over()
    scene.man("beat-1", "worker-1")
    finish("4", f"no scheduler for {outage}, a grace of an hour", "1 outage")
    for watched in scene.notes.watched:
        job = ScheduledJob.objects.get(pk=watched.job)
        ran = job.runs.filter(status=RunStatus.COMPLETED).order_by("scheduled_for")
        looked = job.runs.order_by("created_at").first()
        due = expected_to_run(watched, job.catch_up, looked.created_at) if looked else []
        assert [run.scheduled_for for run in ran] == due, watched.name

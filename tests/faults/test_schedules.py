"""People at work while ticks are due: many triggers at once; pauses, edits and deletions in the middle of ticks."""

import pytest

from jobs.models import JobRun, ScheduledJob
from jobs.schedules import Schedule, pause_all, put_job, resume_all
from tests.faults.amounts import only_long

TWENTY_TRIGGERS = """
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from jobs.dispatch import trigger
from jobs.models import ScheduledJob

def one(_):
    try:
        found = trigger(ScheduledJob.objects.get(pk={job}))
        return str(found.run.pk), found.created
    finally:
        connection.close()

with ThreadPoolExecutor(20) as pool:
    result = list(pool.map(one, range(20)))
"""


@pytest.mark.parametrize("rounds", only_long(20))
@pytest.mark.parametrize("scene", ["postgresql", "sqlite"], indirect=True)
def test_twenty_triggers_at_once_lead_to_one_run(scene, finish, rounds):
    never = Schedule(cron_expression="0 0 1 1 *")
    for number in range(rounds):
        job = put_job(f"job {number}", job_type="effect", schedule=never)
        found = scene.shell(TWENTY_TRIGGERS.format(job=job.pk))
        assert len({run for run, _ in found}) == 1
        assert [created for _, created in found].count(True) == 1
    scene.man("beat-1", "worker-1")
    result = finish("also", "twenty triggers at once", f"{rounds} times")
    assert result.verdict.runs == scene.outside.effects() == rounds


@pytest.mark.parametrize("seconds", only_long(120))
def test_pauses_edits_and_deletions_in_the_middle_of_ticks_leave_no_hole(scene, finish, seconds):
    scene.man("beat-1", "beat-2", "worker-1")
    for number in range(10):
        scene.watch(f"job {number}", every=1, seconds=seconds)
    is_over, number = scene.in_seconds(seconds), 0
    while not is_over():
        doomed = put_job(f"doomed {number}", job_type="effect", schedule=Schedule(every=1, period="seconds"))
        pause_all("ada")
        scene.sleep((0, 0.7))
        resume_all()
        edited = ScheduledJob.objects.get(pk=scene.notes.watched[number % 10].job)
        edited.description = f"edit {number}"
        edited.save()
        scene.sleep((0, 0.7))
        ScheduledJob.objects.get(pk=doomed.pk).delete()
        number += 1
    finish("also", "pauses, edits and deletions in the middle of ticks", f"{number} of each")
    skipped = JobRun.objects.filter(status="skipped").values_list("reason", flat=True)
    assert all("paused" in reason for reason in skipped)

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from jobs.models import ScheduledJob
from tests.jobs.factories import make_job, probe

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_eight_with_a_probe():
    with probe(), time_machine.travel(EIGHT, tick=False):
        yield


def test_a_scheduled_job_is_a_periodic_task_that_a_stock_scheduler_can_read():
    job = make_job()
    task = PeriodicTask.objects.get(pk=job.pk)
    assert task.task == "jobs.tick"
    assert str(job.uuid) in task.args
    assert task.schedule.hour == {9}


def test_the_next_run_is_worked_out_in_the_jobs_time_zone():
    assert make_job("0 9 * * *", "Europe/Zurich").next_run_at == EIGHT + timedelta(days=1)
    assert make_job("30 9 * * *", "Europe/Zurich", name="b").next_run_at == EIGHT + timedelta(minutes=30)


def test_switching_off_and_on_again_does_not_bring_back_the_past():
    job = make_job()
    job.enabled = False
    job.save()
    assert job.next_run_at is None
    with time_machine.travel(EIGHT + timedelta(days=2), tick=False):
        job.enabled = True
        job.save()
    assert job.next_run_at == EIGHT + timedelta(days=2, hours=1)


def test_a_changed_schedule_moves_the_next_run():
    job = make_job()
    job.set_cron("0 10 * * *", "UTC")
    job.save()
    job.refresh_from_db()
    assert job.next_run_at == EIGHT + timedelta(hours=2)


def test_an_edit_of_something_else_does_not_undo_what_beat_wrote():
    job = make_job()
    form = ScheduledJob.objects.get(pk=job.pk)
    later = EIGHT + timedelta(days=1, hours=1)
    ScheduledJob.objects.filter(pk=job.pk).update(next_run_at=later)
    form.name = "Evening"
    form.save()
    job.refresh_from_db()
    assert (job.name, job.next_run_at) == ("Evening", later)


def test_jobs_with_the_same_schedule_share_its_row():
    make_job()
    make_job(name="b")
    assert CrontabSchedule.objects.filter(hour="9").count() == 1


def test_an_interval_counts_from_the_start_and_does_not_drift():
    every_90 = IntervalSchedule.objects.create(every=90, period="minutes")
    job = make_job(None, interval=every_90, start_time=EIGHT)
    assert job.next_run_at == EIGHT + timedelta(minutes=90)
    late = EIGHT + timedelta(minutes=100)
    assert job.tick_after(late) == EIGHT + timedelta(minutes=180)


def test_a_job_that_starts_later_waits_and_one_that_expires_ends():
    job = make_job(start_time=EIGHT + timedelta(days=3), expires=EIGHT + timedelta(days=5))
    assert [moment.day for moment in job.preview(5)] == [25, 26]


def test_a_start_that_is_itself_a_tick_is_one():
    job = make_job("0 9 * * *", start_time=EIGHT + timedelta(hours=1))
    assert job.next_run_at == EIGHT + timedelta(hours=1)


def test_a_one_off_has_one_tick():
    job = make_job(None, clocked=ClockedSchedule.objects.create(clocked_time=EIGHT + timedelta(hours=5)))
    assert job.preview(3) == [EIGHT + timedelta(hours=5)]
    assert job.one_off


def test_the_schedule_in_words():
    assert make_job("*/5 * * * *").schedule_in_words == "Every fifth minute of every hour"


@pytest.mark.parametrize(
    ("fields", "where", "sentence"),
    [
        ({"job_type": "nothing"}, "job_type", "no job type 'nothing'"),
        ({"options": {"sizes": 1}}, "options", "sizes: There is no such option"),
        ({"options": {"size": "x"}}, "options", "size: "),
    ],
)
def test_a_job_that_could_not_run_is_refused_in_words(fields, where, sentence):
    job = make_job()
    for name, value in fields.items():
        setattr(job, name, value)
    with pytest.raises(ValidationError) as caught:
        job.clean()
    assert sentence in " ".join(caught.value.message_dict[where])


def test_options_are_kept_in_one_spelling():
    job = make_job(options={"loud_mode": True})
    job.clean()
    assert job.options == {"loudMode": True}


def test_the_preview_is_in_the_jobs_time_zone():
    job = make_job("0 9 * * *", "America/New_York")
    assert [f"{moment:%d %H:%M %Z}" for moment in job.preview(2)] == ["22 09:00 EST", "23 09:00 EST"]
    assert timezone.is_aware(job.preview(1)[0])

import pytest

from jobs.models import JobRun
from jobs.status import RunStatus, Trigger
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db


def address(job):
    return f"/admin/jobs/scheduledjob/{job.pk}/trigger/"


def test_the_page_says_what_will_run_and_runs_nothing(boss, job):
    job.options = {"engines": ["south"], "sampleCount": 4}
    job.save()
    page = boss.get(address(job)).content.decode()
    for words in ("Daily survey", "Survey", "Velora", "sample count", "South has no key: set SOUTH_KEY."):
        assert words in page
    assert not JobRun.objects.exists()


def test_a_trigger_leads_to_the_run(member, job):
    client = member("operator")
    response = client.post(address(job), follow=True)
    run = JobRun.objects.get()
    assert (run.trigger, run.status, run.triggered_by.username) == (Trigger.MANUAL, RunStatus.PENDING, "staff")
    assert response.redirect_chain == [(f"/admin/jobs/jobrun/{run.pk}/change/", 302)]
    assert f'was triggered: <a href="/admin/jobs/jobrun/{run.pk}/change/">' in response.content.decode()


def test_a_job_that_is_off_can_be_triggered(boss, job):
    job.enabled = False
    job.save()
    assert "not active" in boss.get(address(job)).content.decode()
    boss.post(address(job))
    assert JobRun.objects.get().status == RunStatus.PENDING


def test_an_open_run_is_shown_in_place_of_a_second_one(boss, job):
    run = make_run(RunStatus.PENDING, job)
    link = f"/admin/jobs/jobrun/{run.pk}/change/"
    page = boss.get(address(job)).content.decode()
    assert link in page
    assert "Trigger now" not in page
    response = boss.post(address(job), follow=True)
    assert "is running already" in response.content.decode()
    assert JobRun.objects.get() == run


def test_a_job_that_is_gone_is_not_found(boss, job):
    url = address(job)
    job.delete()
    assert boss.get(url).status_code == 404
    assert boss.post(url).status_code == 404

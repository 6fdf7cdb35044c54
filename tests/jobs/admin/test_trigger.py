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
    for words in ("Daily survey", "Survey", "Velora", "Sample count", "South has no key: set SOUTH_KEY."):
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


def test_options_can_be_changed_for_this_run_alone(boss, job):
    job.options = {"engines": ["south"], "sampleCount": 4}
    job.save()
    page = boss.get(address(job)).content.decode()
    assert 'name="option_sample_count" value="4"' in page
    data = {"options_shown": "1", "option_engines": ["north"], "option_sample_count": "7"}
    boss.post(address(job), data)
    run = JobRun.objects.get()
    assert (run.options["engines"], run.options["sample_count"]) == (["north"], 7)
    job.refresh_from_db()
    assert job.options == {"engines": ["south"], "sampleCount": 4}


def test_options_that_are_wrong_are_refused_at_their_field_and_kept_as_they_were_written(boss, job):
    data = {"options_shown": "1", "option_engines": ["north"], "option_sample_count": "99", "option_country": "xx"}
    response = boss.post(address(job), data)
    assert response.context["form"].errors.keys() == {"option_sample_count", "option_country"}
    assert 'value="99"' in response.content.decode()
    assert not JobRun.objects.exists()


def test_a_run_of_the_past_is_run_again_with_its_own_options(boss, job):
    past = make_run(RunStatus.FAILED, job, job_type="survey", options={"sampleCount": 9})
    again = f"/admin/jobs/jobrun/{past.pk}/again/"
    assert again in boss.get(f"/admin/jobs/jobrun/{past.pk}/change/").content.decode()
    assert 'name="option_sample_count" value="9"' in boss.get(again).content.decode()
    boss.post(again)
    run = JobRun.objects.get(status=RunStatus.PENDING)
    assert (run.options, run.scheduled_job, run.trigger) == ({"sampleCount": 9}, job, Trigger.MANUAL)


def test_a_run_whose_job_is_gone_is_run_again_for_its_subject(boss, survey, brand):
    past = make_run(RunStatus.FAILED, job_type="survey", subject=brand, owner=brand.customer)
    boss.post(f"/admin/jobs/jobrun/{past.pk}/again/")
    run = JobRun.objects.get(status=RunStatus.PENDING)
    assert (run.scheduled_job, run.subject, run.job_type) == (None, brand, "survey")


def test_a_run_with_nothing_left_of_it_says_so(boss, survey):
    past = make_run(RunStatus.FAILED, job_type="survey")
    page = boss.post(f"/admin/jobs/jobrun/{past.pk}/again/", follow=True).content.decode()
    assert "What this run was about is gone" in page


def test_who_may_not_trigger_may_not_run_again(member, job):
    past = make_run(RunStatus.FAILED, job)
    client = member("analyst")
    assert client.post(f"/admin/jobs/jobrun/{past.pk}/again/").status_code == 403

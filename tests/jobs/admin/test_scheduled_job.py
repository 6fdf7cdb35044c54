from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule

from jobs.models import ScheduledJob
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/scheduledjob/"
ADD = "/admin/jobs/scheduledjob/add/"
PREVIEW = "/admin/jobs/scheduledjob/preview/"


def change(job: ScheduledJob) -> str:
    return f"/admin/jobs/scheduledjob/{job.pk}/change/"


def errors(response: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["adminform"].form.errors.items()}


def post(client: Client, data: dict[str, Any], **changes: Any) -> Any:
    return client.post(ADD, {**data, **changes})


# The list


def test_an_empty_list_leads_to_adding_a_job_and_a_search_that_finds_nothing_does_not(boss):
    page = boss.get(LIST).content.decode()
    assert "No scheduled job yet" in page
    assert f'href="{ADD}">Add a scheduled job' in page
    assert "No scheduled job yet" not in boss.get(LIST, {"q": "absent"}).content.decode()


def test_the_list_says_what_runs_when_and_how_it_went_last(boss, job):
    run = make_run(RunStatus.FAILED, job, reason="No key.")
    page = boss.get(LIST).content.decode()
    assert "At 09:00 every day" in page
    assert "0 9 * * * · UTC" in page
    assert f'href="/admin/jobs/jobrun/{run.pk}/change/" class="job-label job-label--failed"' in page
    assert f'href="/admin/jobs/scheduledjob/{job.pk}/trigger/"' in page
    assert f'href="/admin/jobs/jobrun/?scheduled_job__exact={job.pk}"' in page


def test_the_column_of_the_subject_is_called_what_the_settings_name(boss, job):
    assert 'data-label="Brand"' in boss.get(LIST).content.decode()


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST).status_code == 200
    return len(captured)


def test_thirty_jobs_take_no_more_queries_than_one(boss, job, brand):
    make_run(RunStatus.COMPLETED, job)
    one = _queries(boss)
    for number in range(29):
        other = make_job(
            f"{number} 9 * * *", name=f"Job {number}", job_type="survey", subject=brand, owner=brand.customer
        )
        make_run(RunStatus.COMPLETED, other)
    assert _queries(boss) == one <= 12


def test_a_hostile_name_is_shown_and_not_run(boss, survey, brand):
    make_job(job_type="survey", subject=brand, name="<script>alert(1)</script>")
    page = boss.get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("job_type=survey", 2),
        ("enabled__exact=0", 1),
        ("last_status=failed", 1),
        ("last_status=never", 1),
        ("q=Second", 1),
    ],
)
def test_the_list_can_be_filtered(boss, job, brand, query, found):
    make_job(job_type="survey", subject=brand, name="Second", enabled=False)
    make_run(RunStatus.FAILED, job)
    assert boss.get(f"{LIST}?{query}").context["cl"].result_count == found


def test_the_history_of_a_job_lists_its_runs_alone(boss, job, brand):
    make_run(RunStatus.COMPLETED, job)
    make_run(RunStatus.COMPLETED, make_job(job_type="survey", subject=brand, name="Second"))
    response = boss.get(f"/admin/jobs/scheduledjob/{job.pk}/runs/", follow=True)
    assert response.context["cl"].result_count == 1


# Active or not


def test_switching_off_and_on_works_out_the_next_run_anew(boss, job):
    toggle = f"/admin/jobs/scheduledjob/{job.pk}/active/"
    boss.post(toggle, {"enabled": "0"})
    job.refresh_from_db()
    assert (job.enabled, job.next_run_at) == (False, None)
    response = boss.post(toggle, {"enabled": "1"}, follow=True)
    job.refresh_from_db()
    assert job.enabled
    assert job.next_run_at > timezone.now()
    assert "It runs next in" in response.content.decode()


def test_the_switch_is_a_button_of_the_lists_own_form_and_never_a_link(boss, job):
    page = boss.get(LIST).content.decode()
    assert f'formaction="/admin/jobs/scheduledjob/{job.pk}/active/"' in page
    assert boss.get(f"/admin/jobs/scheduledjob/{job.pk}/active/").status_code == 405


def test_the_switch_leads_back_to_the_list_as_it_was_filtered(boss, job):
    address = f"/admin/jobs/scheduledjob/{job.pk}/active/"
    came_from = "https://elsewhere.example/admin/?q=survey&p=2"
    response = boss.post(address, {"enabled": "0"}, headers={"referer": came_from})
    assert response.headers["Location"] == f"{LIST}?q=survey&p=2"


def test_a_tick_that_no_scheduler_has_taken_is_marked(boss, job):
    assert "job-overdue" not in boss.get(LIST).content.decode()
    ScheduledJob.objects.update(next_run_at=timezone.now() - timedelta(minutes=5))
    assert "job-overdue" in boss.get(LIST).content.decode()


def test_who_may_only_look_can_neither_switch_nor_trigger(member, job):
    client = member("analyst")
    page = client.get(LIST).content.decode()
    assert "/active/" not in page
    assert "/trigger/" not in page
    for address in ("active", "trigger"):
        assert client.post(f"/admin/jobs/scheduledjob/{job.pk}/{address}/").status_code == 403
    assert client.post(PREVIEW).status_code == 403
    assert client.get(change(job)).status_code == 200
    assert not job.runs.exists()


def test_without_a_token_nothing_is_switched(boss, job):
    strict = Client(enforce_csrf_checks=True, headers={"cookie": boss.cookies.output(header="", sep=";").strip()})
    strict.cookies = boss.cookies
    assert strict.post(f"/admin/jobs/scheduledjob/{job.pk}/active/", {"enabled": "0"}).status_code == 403


# The form


def test_a_job_is_saved_with_its_schedule_and_options(boss, survey, form_data, brand):
    assert post(boss, form_data).status_code == 302
    job = ScheduledJob.objects.get()
    assert (job.cron_expression, job.time_zone, job.owner) == ("0 9 * * 1-5", "Europe/Zurich", brand.customer)
    assert job.options == {
        "engines": ["north", "south"],
        "inAHurry": False,
        "sampleCount": 3,
        "since": "2026-05-01",
        "country": "CH",
        "extras": {"depth": 2},
    }
    assert job.next_run_at is not None


def test_the_form_shows_what_is_saved(boss, survey, form_data):
    post(boss, form_data)
    form = boss.get(change(ScheduledJob.objects.get())).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    assert shown["option_engines"] == ["north", "south"]
    assert shown["option_in_a_hurry"] is False
    assert shown["option_sample_count"] == 3
    assert (shown["schedule_kind"], shown["cron_expression"]) == ("cron", "0 9 * * 1-5")


def test_saving_a_form_that_nobody_touched_changes_nothing(boss, survey, form_data):
    post(boss, form_data)
    before = ScheduledJob.objects.get()
    boss.post(change(before), form_data)
    after = ScheduledJob.objects.get()
    assert (after.options, after.next_run_at, after.crontab_id) == (
        before.options,
        before.next_run_at,
        before.crontab_id,
    )


def test_a_job_may_run_every_so_often(boss, survey, form_data):
    post(boss, form_data, schedule_kind="interval", every="90", period="minutes", cron_expression="")
    job = ScheduledJob.objects.get()
    assert (job.interval.every, job.interval.period, job.crontab) == (90, "minutes", None)


def test_a_job_may_run_once_at_a_moment_of_its_own_time_zone(boss, survey, form_data):
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    post(boss, form_data, schedule_kind="once", once_at=f"{tomorrow}T18:30", timezone="Asia/Tokyo")
    job = ScheduledJob.objects.get()
    assert job.clocked.clocked_time.strftime("%Y-%m-%d %H:%M") == f"{tomorrow} 09:30"
    assert job.one_off


def test_a_job_that_ran_once_can_get_a_cron_schedule(boss, survey, form_data):
    moment = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    post(boss, form_data, schedule_kind="once", once_at=moment)
    boss.post(change(ScheduledJob.objects.get()), form_data)
    job = ScheduledJob.objects.get()
    assert (job.clocked, job.one_off, job.cron_expression) == (None, False, "0 9 * * 1-5")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"cron_expression": "61 9 * * *"}, "cron_expression", "can never fire"),
        ({"cron_expression": "0 0 30 2 *"}, "cron_expression", "never fire"),
        ({"cron_expression": "daily"}, "cron_expression", "write five fields"),
        ({"cron_expression": ""}, "cron_expression", "Write when it runs"),
        ({"timezone": "Europe/Atlantis"}, "timezone", "is not a time zone"),
        ({"schedule_kind": "interval"}, "every", "whole number"),
        ({"schedule_kind": "once"}, "once_at", "Choose a day"),
        ({"schedule_kind": "once", "once_at": "2020-01-01T09:00"}, "once_at", "has passed"),
        ({"schedule_kind": "once", "once_at": "2027-03-28T02:30"}, "once_at", "skip that moment"),
        ({"schedule_kind": "once", "once_at": "soon"}, "once_at", "Write a day and a time"),
        ({"option_sample_count": "99"}, "option_sample_count", "less than or equal to 20"),
        ({"option_country": "Switzerland"}, "option_country", "should match"),
        ({"option_engines": []}, "option_engines", "at least 1"),
        ({"option_engines": ["west"]}, "option_engines", "not one of the available choices"),
        ({"option_extras": '{"depth": "deep"}'}, "option_extras", "valid integer"),
        ({"option_extras": "{"}, "option_extras", "valid JSON"),
        ({"subject": ""}, "subject", "Choose a brand"),
        ({"timeout_seconds": "0"}, "timeout_seconds", "greater than or equal to 1"),
    ],
)
def test_what_cannot_run_is_refused_at_its_field(boss, survey, form_data, changes, field, words):
    response = post(boss, form_data, **changes)
    assert response.status_code == 200
    found = errors(response)
    assert list(found) == [field]
    assert words in found[field][0]
    assert found[field][0] in response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    assert not ScheduledJob.objects.exists()


def test_all_that_is_wrong_is_said_at_once(boss, survey, form_data):
    wrong = {"cron_expression": "x", "option_country": "Switzerland", "subject": ""}
    assert set(errors(post(boss, form_data, **wrong))) == {"cron_expression", "option_country", "subject"}


def test_a_name_that_is_taken_is_refused(boss, job, form_data):
    assert "has this name" in errors(post(boss, form_data, name=job.name))["name"][0]


def test_options_that_the_page_did_not_show_are_not_saved_unseen(boss, survey, form_data):
    response = post(boss, form_data, options_for="something_else")
    assert "are those of “Survey” now" in errors(response)["job_type"][0]
    form = response.context["adminform"].form
    assert form["option_in_a_hurry"].value() is True  # its default, not "off" because nothing was sent
    assert not ScheduledJob.objects.exists()


def test_another_type_brings_its_own_options(boss, survey):
    page = boss.get(f"{ADD}?job_type=survey").content.decode()
    assert 'name="option_engines"' in page
    assert 'type="date"' in page
    assert "Ask all at once." in page


def test_a_choice_that_cannot_be_used_says_why(boss, survey):
    page = boss.get(f"{ADD}?job_type=survey").content.decode()
    assert 'south <small class="job-obstacle">South has no key: set SOUTH_KEY.</small>' in page
    assert "north <small" not in page


def test_a_job_whose_type_is_gone_still_has_a_page(boss, survey, brand):
    job = make_job(job_type="survey", subject=brand)
    ScheduledJob.objects.update(job_type="gone")
    assert boss.get(change(job)).status_code == 200
    assert boss.get(LIST).status_code == 200
    assert boss.get(f"/admin/jobs/scheduledjob/{job.pk}/trigger/").status_code == 200


# The preview


def test_the_preview_shows_the_next_five_runs_before_anything_is_saved(boss, survey, form_data):
    page = boss.post(PREVIEW, form_data).content.decode()
    assert page.count("<time") == 5
    assert "At 09:00 on Monday through Friday" in page
    assert "UTC+01:00" in page or "UTC+02:00" in page
    assert "South has no key" in page
    assert not ScheduledJob.objects.exists()
    assert not CrontabSchedule.objects.filter(hour="9").exists()


def test_the_preview_says_when_the_clocks_change(boss, survey, form_data):
    page = boss.post(PREVIEW, {**form_data, "cron_expression": "0 12 1 1,7 *"}).content.decode()
    assert "Clocks in Europe/Zurich change on" in page


def test_the_preview_says_what_is_wrong(boss, survey, form_data):
    page = boss.post(PREVIEW, {**form_data, "cron_expression": "<b>"}).content.decode()
    assert "write five fields" in page
    assert "<b>" not in page


def test_the_preview_of_a_saved_job_starts_from_the_job(boss, job, form_data):
    page = boss.post(f"{PREVIEW}?job={job.pk}", {**form_data, "cron_expression": "30 4 * * *"}).content.decode()
    assert "At 04:30 every day" in page
    job.refresh_from_db()
    assert job.cron_expression == "0 9 * * *"


def test_a_saved_job_shows_its_next_runs_without_a_script(boss, job):
    assert boss.get(change(job)).content.decode().count("UTC+00:00") == 5


def test_the_preview_is_for_those_who_may_add_or_change(staff_client, form_data, survey):
    assert staff_client.post(PREVIEW, form_data).status_code == 403
    assert Client().post(PREVIEW, form_data).status_code == 302


def test_the_preview_is_posted(boss):
    assert boss.get(PREVIEW).status_code == 405

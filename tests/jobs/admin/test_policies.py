import pytest
from django.contrib import admin

from jobs.models import Pause, ScheduledJob
from jobs.schedules import pause_all
from jobs.status import RunStatus
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db
ADD = "/admin/jobs/scheduledjob/add/"
PAUSE = "/admin/jobs/scheduledjob/pause/"
POLICIES = {
    "overlap": "queue",
    "catch_up": "all",
    "misfire_grace_seconds": "900",
    "jitter_seconds": "30",
    "blackout": "sat,sun 00:00-24:00\n22:00-06:00",
    "queue": "slow",
    "priority": "3",
    "kill_after_seconds": "20",
}


def test_policies_are_saved_and_shown_as_they_were_written(boss, survey, form_data):
    assert boss.post(ADD, {**form_data, **POLICIES}).status_code == 302
    job = ScheduledJob.objects.get()
    assert (job.overlap, job.catch_up, job.misfire_grace_seconds, job.jitter_seconds) == ("queue", "all", 900, 30)
    assert (job.queue, job.priority, job.kill_after_seconds) == ("slow", 3, 20)
    assert job.blackout[0] == {"days": ["sat", "sun"], "from": "00:00", "to": "24:00"}
    page = boss.get(f"/admin/jobs/scheduledjob/{job.pk}/change/").content.decode()
    assert POLICIES["blackout"] in page


def test_policies_that_are_left_empty_are_the_defaults(boss, survey, form_data):
    empty = dict.fromkeys(POLICIES, "") | {"overlap": "skip", "catch_up": "latest"}
    assert boss.post(ADD, {**form_data, **empty}).status_code == 302
    job = ScheduledJob.objects.get()
    assert (job.misfire_grace_seconds, job.jitter_seconds, job.kill_after_seconds) == (21_600, 0, 15)
    assert (job.queue, job.priority, job.blackout) == (None, None, [])


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"catch_up": "all", "overlap": "skip"}, "catch_up", "choose the overlap “Queue”"),
        ({"blackout": "at night"}, "blackout", "“at night” is not a window. Write for example: sat,sun 22:00-06:00"),
        ({"queue": "two words"}, "queue", "is not a queue's name"),
        ({"priority": "12"}, "priority", "Priorities go from 0"),
        ({"jitter_seconds": "-1"}, "jitter_seconds", "greater than or equal to 0"),
    ],
)
def test_policies_that_make_no_sense_are_refused_at_their_field(boss, survey, form_data, changes, field, words):
    response = boss.post(ADD, {**form_data, **POLICIES, **changes})
    errors = response.context["adminform"].form.errors
    assert words in " ".join(errors[field])
    assert not ScheduledJob.objects.exists()


def test_the_preview_says_which_moments_fall_into_a_blackout_window(boss, survey, form_data):
    data = {**form_data, **POLICIES, "cron_expression": "0 23 * * *", "jitter_seconds": "0"}
    page = boss.post("/admin/jobs/scheduledjob/preview/", data).content.decode()
    assert page.count("is inside the blackout window") == 5


def test_a_paused_platform_says_so_on_every_page_until_it_is_resumed(boss, job):
    page = boss.post(PAUSE, {"reason": "<b>Audit</b>"}, follow=True).content.decode()
    assert "All schedules are paused by boss" in page
    assert "&lt;b&gt;Audit&lt;/b&gt;" in page
    paths = ["/admin/", "/admin/jobs/jobrun/", "/admin/brands/brand/", f"/admin/jobs/scheduledjob/{job.pk}/change/"]
    assert [path for path in paths if "All schedules are paused" not in boss.get(path).content.decode()] == []
    assert "All schedules are paused" not in boss.post(PAUSE, {"resume": "1"}, follow=True).content.decode()
    assert Pause.current() is None


def test_no_page_of_the_admin_leaves_out_that_all_is_paused(boss, job):
    pause_all(by="ada")
    run = make_run(RunStatus.PENDING, job)
    pages = [f"/admin/jobs/jobrun/{run.pk}/change/", f"/admin/jobs/scheduledjob/{job.pk}/trigger/", "/admin/"]
    for model, page in admin.site._registry.items():
        place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        pages += [place, f"{place}add/"] if page.has_add_permission(boss.get("/admin/").wsgi_request) else [place]
    assert [page for page in pages if "All schedules are paused by ada" not in boss.get(page).content.decode()] == []
    assert len(pages) > 30


def test_only_superusers_can_pause_the_jobs_of_all_customers_and_only_by_a_post(member, boss):
    looker = member("administrator")
    assert looker.post(PAUSE).status_code == 403
    assert "Pause all" not in looker.get("/admin/jobs/scheduledjob/").content.decode()
    assert boss.get(PAUSE).status_code == 405
    assert Pause.current() is None

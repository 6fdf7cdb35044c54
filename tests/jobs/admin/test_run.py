from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import JobRun, RunEvent
from jobs.status import RunStatus, Trigger
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/jobrun/"
HOSTILE = '<img src=x onerror="alert(1)">'


def page_of(run):
    return f"/admin/jobs/jobrun/{run.pk}/change/"


def test_an_empty_list_leads_to_the_jobs_and_a_search_that_finds_nothing_does_not(boss):
    assert "Nothing has run yet" in boss.get(LIST).content.decode()
    assert "Nothing has run yet" not in boss.get(LIST, {"q": "absent"}).content.decode()


@pytest.mark.parametrize("status", list(RunStatus))
def test_each_status_has_a_page(boss, job, status):
    run = make_run(status, job, reason="Because.", metrics={"answers": 3, "by": {"north": {"cost": 0.5}}})
    run.first_event(by="beat").save()
    page = boss.get(page_of(run)).content.decode()
    assert f"job-label--{status}" in page
    assert "by beat" in page
    assert "north" in page


@pytest.mark.parametrize("status", [RunStatus.PARTIAL, RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.SKIPPED])
def test_a_page_says_why_in_full(boss, job, status):
    reason = "A long reason. " * 40
    assert reason.strip() in boss.get(page_of(make_run(status, job, reason=reason))).content.decode()


def test_hostile_words_are_shown_and_not_run(boss, job):
    run = make_run(
        RunStatus.FAILED,
        job,
        reason=HOSTILE,
        job_name=HOSTILE,
        worker=HOSTILE,
        metrics={HOSTILE: HOSTILE, "nested": {HOSTILE: [HOSTILE]}},
        options={HOSTILE: HOSTILE},
        schedule={"in_words": HOSTILE},
    )
    RunEvent.objects.create(run=run, to_status="failed", reason=HOSTILE, by=HOSTILE)
    for address in (LIST, page_of(run), "/admin/"):
        page = boss.get(address).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_only_a_page_with_an_open_run_renews_itself(boss, job):
    closed = make_run(RunStatus.COMPLETED, job)
    RunEvent.objects.create(run=closed, to_status="processing")
    assert " data-open" not in boss.get(page_of(closed)).content.decode()
    assert " data-open" in boss.get(page_of(make_run(RunStatus.PROCESSING, job))).content.decode()


def test_progress_is_shown_while_it_works(boss, job):
    page = boss.get(page_of(make_run(RunStatus.PROCESSING, job, done=3, total=12))).content.decode()
    assert 'value="3" max="12"' in page
    assert "No worker is running" in page


def test_the_log_and_the_time_left_are_shown_while_it_works(boss, job):
    soon = timezone.now() + timedelta(minutes=3, seconds=30)
    run = make_run(RunStatus.PROCESSING, job, done=3, total=12, expected_at=soon)
    run.log.create(at=run.created_at, level="warning", text="<i>No reply.</i>")
    page = boss.get(page_of(run)).content.decode()
    assert "3 of 12 parts are done, about 3 min" in page
    assert "warning: &lt;i&gt;No reply.&lt;/i&gt;" in page
    run.complete({})
    assert boss.get(page_of(run)).context["time_left"] == ""


def test_the_list_takes_the_same_queries_for_one_run_and_for_thirty(boss, job, brand):
    make_run(RunStatus.COMPLETED, job, subject=brand)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert boss.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    for _ in range(29):
        make_run(RunStatus.COMPLETED, job, subject=brand)
    assert queries() == one <= 10


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=failed", 1),
        ("job_type=survey", 1),
        ("trigger__exact=manual", 2),
        ("created_at_from=2020-01-01&created_at_to=2020-01-02", 0),
        (f"created_at_to={timezone.localdate()}", 3),  # the last day is in
        (f"created_at_from={timezone.localdate()}", 3),
        ("created_at_from=nonsense", 3),
        ("q=broken", 1),
    ],
)
def test_the_list_can_be_filtered(boss, job, query, found):
    make_run(RunStatus.FAILED, job, reason="broken", job_type="survey")
    make_run(RunStatus.COMPLETED, job)
    make_run(RunStatus.SKIPPED, job, trigger=Trigger.SCHEDULE, scheduled_for=timezone.now())
    assert boss.get(f"{LIST}?{query}").context["cl"].result_count == found


def test_runs_cannot_be_added_changed_or_deleted_by_hand(boss, job):
    run = make_run(RunStatus.COMPLETED, job)
    assert boss.get(f"{LIST}add/").status_code == 403
    assert boss.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(page_of(run), {"status": "failed"})
    assert JobRun.objects.get().status == RunStatus.COMPLETED


def test_a_failed_run_can_be_retried(member, job):
    run = make_run(RunStatus.FAILED, job, reason="No key.")
    client = member("operator")
    assert f"{LIST}{run.pk}/retry/" in client.get(page_of(run)).content.decode()
    response = client.post(f"{LIST}{run.pk}/retry/", follow=True)
    run.refresh_from_db()
    assert run.status == RunStatus.PENDING
    assert run.events.last().by == "staff"
    assert "pending again" in response.content.decode()


def test_a_retry_beside_an_open_run_is_refused_in_words(boss, job):
    make_run(RunStatus.PENDING, job)
    failed = make_run(RunStatus.FAILED, job)
    response = boss.post(f"{LIST}{failed.pk}/retry/", follow=True)
    assert "Another run of this job is open" in response.content.decode()


def test_a_completed_run_cannot_be_retried(boss, job):
    run = make_run(RunStatus.COMPLETED, job)
    assert f"{LIST}{run.pk}/retry/" not in boss.get(page_of(run)).content.decode()
    response = boss.post(f"{LIST}{run.pk}/retry/", follow=True)
    assert "cannot go from completed to pending" in response.content.decode()


def test_an_open_run_can_be_cancelled_and_says_by_whom(member, job):
    run = make_run(RunStatus.PROCESSING, job)
    client = member("operator")
    response = client.post(f"{LIST}{run.pk}/cancel/", follow=True)
    run.refresh_from_db()
    assert (run.status, run.reason) == (RunStatus.CANCELLED, "Cancelled by staff.")
    assert "Its worker stops within seconds." in response.content.decode()


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_who_may_only_look_can_neither_retry_nor_cancel(member, job, verb):
    run = make_run(RunStatus.FAILED if verb == "retry" else RunStatus.PENDING, job)
    client = member("analyst")
    assert f"/{verb}/" not in client.get(page_of(run)).content.decode()
    assert client.post(f"{LIST}{run.pk}/{verb}/").status_code == 403
    run.refresh_from_db()
    assert run.status in (RunStatus.FAILED, RunStatus.PENDING)


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_looking_at_a_command_does_nothing(boss, job, verb):
    run = make_run(RunStatus.PENDING, job)
    assert boss.get(f"{LIST}{run.pk}/{verb}/").status_code == 405


def test_a_page_is_for_those_who_may_see_runs(staff_client, job):
    run = make_run(RunStatus.COMPLETED, job)
    assert staff_client.get(page_of(run)).status_code == 403
    assert staff_client.get(LIST).status_code == 403


def test_a_run_leads_to_its_answers_and_to_its_job(boss, job):
    run = make_run(RunStatus.COMPLETED, job)
    page = boss.get(page_of(run)).content.decode()
    assert f"/admin/brands/answer/?run__id__exact={run.pk}" in page
    assert f'href="/admin/jobs/jobrun/{run.pk}/again/">Run again' in page


def test_a_run_that_is_not_there_is_not_found(boss):
    assert boss.get(f"{LIST}00000000-0000-0000-0000-000000000000/change/").status_code == 404
    assert boss.get(f"{LIST}nonsense/change/").status_code == 404

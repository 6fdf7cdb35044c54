from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import JobRun
from jobs.status import RunStatus
from tests.brands.factories import make_job, make_run

RUNS = "/api/admin/job-runs"


def ended(brand, status=RunStatus.FAILED, **fields):
    return make_run(brand, status=status, finished_at=timezone.now(), attempt=1, **fields)


@pytest.fixture
def ids(api):
    return lambda **filters: [row["id"] for row in api.get(RUNS, filters).json()["results"]]


def test_runs_are_narrowed_down_by_each_filter(api, brand, ids):
    job = make_job(brand)
    failed = ended(brand, scheduled_job=job)
    completed = ended(brand, RunStatus.COMPLETED, job_type="scoring")
    assert ids() == ids(customer_id=brand.customer_id, brand_id=brand.pk) == [str(completed.pk), str(failed.pk)]
    assert ids(status="completed", limit=20) == ids(job_type="scoring") == [str(completed.pk)]
    assert ids(scheduled_job_id=job.uuid) == [str(failed.pk)]
    assert ids(status=["failed", "completed"]) == ids(trigger="manual") == ids()
    assert ids(trigger="schedule") == []


def test_runs_are_narrowed_down_by_date(api, brand, ids):
    old = ended(brand, created_at=timezone.now() - timedelta(days=10))
    new = ended(brand)
    day = f"{timezone.now() - timedelta(days=5):%Y-%m-%d}"
    assert ids(created_after=day) == [str(new.pk)]
    assert ids(created_after="0209-06-02T13:02:07.8+18:07", created_before=day) != []  # PostgreSQL knows no such offset
    assert ids(created_before=f"{day}T12:00:00Z") == [str(old.pk)]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"status": "done"}, "status"),
        ({"brand_id": "x"}, "brand_id"),
        ({"trigger": "x"}, "trigger"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "cD1ub3doZXJl"}, "cursor"),
        ({"brandid": "x"}, "brandid"),
        ({"job_type": "\x00"}, "job_type"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused(api, filters, field):
    response = api.get(RUNS, filters)
    assert (response.status_code, list(response.json())) == (400, [field])


def test_a_run_says_what_became_of_it(api, brand):
    run = ended(brand, RunStatus.PARTIAL, reason="1 missing.", metrics={"answered": 3}, options={"samples": 2})
    found = api.get(f"{RUNS}/{run.pk}").json()
    assert (found["status"], found["reason"], found["metrics"]) == ("partial", "1 missing.", {"answered": 3})
    assert (found["metadata"], found["brand_id"], found["scheduled_job_id"]) == ({"samples": 2}, str(brand.pk), None)


def test_the_log_has_each_step_of_a_run(api, brand):
    run = make_run(brand)
    run.claim("w1")
    run.fail("It broke.")
    steps = api.get(f"{RUNS}/{run.pk}/log").json()["events"]
    assert [(step["from_status"], step["to_status"], step["reason"], step["by"]) for step in steps] == [
        ("pending", "processing", "", "w1"),
        ("processing", "failed", "It broke.", "w1"),
    ]


def test_a_failed_run_is_retried_and_an_open_one_cancelled(api, brand):
    run = ended(brand)
    again = api.post(f"{RUNS}/{run.pk}/retry")
    assert (again.status_code, again.json()["status"], again.json()["reason"]) == (200, "pending", "Retried by olga.")
    cancelled = api.post(f"{RUNS}/{run.pk}/cancel").json()
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "Cancelled by olga.")


@pytest.mark.parametrize("action", ["retry", "cancel"])
def test_what_a_run_cannot_do_is_refused_in_a_sentence(api, brand, action):
    run = ended(brand, RunStatus.COMPLETED)
    response = api.post(f"{RUNS}/{run.pk}/{action}")
    assert response.status_code == 409
    assert response.json()["detail"].startswith("A run cannot go from completed")


def test_a_run_is_not_retried_while_another_of_its_job_is_open(api, brand):
    job = make_job(brand)
    run = ended(brand, scheduled_job=job)
    make_run(brand, scheduled_job=job)
    response = api.post(f"{RUNS}/{run.pk}/retry")
    assert (response.status_code, response.json()["detail"][:33]) == (409, "Another run of this job is open. ")


def test_pages_follow_each_other_without_a_gap_or_a_double(api, brand):
    now = timezone.now()
    runs = [ended(brand, created_at=now - timedelta(seconds=n // 3)) for n in range(10)]
    seen, address = [], f"{RUNS}?limit=4"
    while address:
        page = api.get(address).json()
        seen.append([row["id"] for row in page["results"]])
        address = page["next"]
    assert [len(page) for page in seen] == [4, 4, 2]
    assert {row for page in seen for row in page} == {str(run.pk) for run in runs}
    assert api.get(page["previous"]).json()["results"][-1]["id"] == seen[1][-1]


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(api, brand, django_assert_num_queries):
    job = make_job(brand)
    for _ in range(5):
        ended(brand, scheduled_job=job)
    with django_assert_num_queries(2):  # the role, the rows
        assert len(api.get(RUNS).json()["results"]) == 5
    assert JobRun.objects.count() == 5


def test_a_run_is_run_again_with_its_options_or_others(api, body):
    job = api.post("/api/admin/scheduled-jobs", body).json()
    past = api.post(f"/api/admin/scheduled-jobs/{job['id']}/trigger", {"metadata": {"collectors": ["local"]}}).json()
    api.post(f"/api/admin/job-runs/{past['id']}/cancel")
    again = api.post(f"/api/admin/job-runs/{past['id']}/run-again")
    assert (again.status_code, again.json()["metadata"]) == (201, {"collectors": ["local"]})
    assert again.json()["id"] != past["id"]
    assert api.post(f"/api/admin/job-runs/{past['id']}/run-again").status_code == 200  # the open one
    api.post(f"/api/admin/job-runs/{again.json()['id']}/cancel")
    other = {"metadata": {"collectors": ["chatgpt"], "samples": 2}}
    assert api.post(f"/api/admin/job-runs/{past['id']}/run-again", other).json()["metadata"] == other["metadata"]
    refused = api.post(f"/api/admin/job-runs/{past['id']}/run-again", {"metadata": {"speed": 9}})
    assert (refused.status_code, list(refused.json())) == (400, ["metadata"])


def test_the_log_has_the_lines_that_the_run_wrote(api, brand):
    run = ended(brand)
    run.log.create(at=run.created_at, attempt=1, level="warning", text="No reply.")
    log = api.get(f"/api/admin/job-runs/{run.pk}/log").json()
    assert [(line["level"], line["text"], line["attempt"]) for line in log["lines"]] == [("warning", "No reply.", 1)]

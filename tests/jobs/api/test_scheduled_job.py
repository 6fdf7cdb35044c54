from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.access import Role
from jobs.models import JobRun, ScheduledJob
from tests.brands.factories import make_brand
from tests.tenants import client_of, make_user

JOBS = "/api/admin/scheduled-jobs"


@pytest.fixture
def job(api, body) -> Any:
    return api.post(JOBS, body).json()


def test_a_job_is_made_and_says_what_was_kept(api, body, brand):
    response = api.post(JOBS, body)
    job = response.json()
    assert response.status_code == 201
    assert {key: job[key] for key in body} == body
    row = ScheduledJob.objects.get(uuid=UUID(job["id"]))
    assert (row.subject, row.owner, row.enabled, row.options) == (brand, brand.customer, True, body["metadata"])
    assert (job["schedule_in_words"], job["name"]) == (
        "At 09:00 every day",
        "Aurora: Collect and score answers (Coffee Ltd)",
    )
    assert job["next_run_at"] is not None


def test_options_and_fields_may_be_written_in_either_case(api, body):
    camel = {
        "brandId": body["brand_id"],
        "jobType": "scoring",
        "cronExpression": "0 9 * * *",
        "isActive": False,
        "metadata": {"position_limit": 7},
    }
    job = api.post(JOBS, camel).json()
    assert (job["job_type"], job["is_active"], job["metadata"]) == ("scoring", False, {"positionLimit": 7})


def test_a_put_with_some_fields_changes_those(api, job):
    changed = api.put(f"{JOBS}/{job['id']}", {"is_active": False, "cron_expression": "0 10 * * *"})
    assert changed.status_code == 200
    wanted = {
        **job,
        "is_active": False,
        "cron_expression": "0 10 * * *",
        "schedule_in_words": "At 10:00 every day",
        "next_run_at": None,
    }
    assert {**changed.json(), "updated_at": job["updated_at"]} == wanted


def test_what_is_read_can_be_sent_back_and_changes_nothing(api, job):
    again = api.put(f"{JOBS}/{job['id']}", job)
    assert again.status_code == 200
    assert {**again.json(), "updated_at": job["updated_at"]} == job


def test_a_job_is_deleted_and_its_runs_are_kept(api, job):
    api.post(f"{JOBS}/{job['id']}/trigger")
    assert api.delete(f"{JOBS}/{job['id']}").status_code == 204
    assert api.get(f"{JOBS}/{job['id']}").status_code == 404
    assert JobRun.objects.get().scheduled_job is None


@pytest.mark.parametrize("slash", ["", "/"])
def test_addresses_work_with_and_without_a_slash_at_the_end(api, job, slash):
    assert api.get(f"{JOBS}{slash}").status_code == 200
    assert api.get(f"{JOBS}/{job['id']}{slash}").status_code == 200


def test_the_list_is_narrowed_down_by_each_filter(api, job, body, brand):
    other = make_brand("Zephyr", rivals=())
    api.post(
        JOBS, {"brand_id": str(other.pk), "job_type": "scoring", "cron_expression": "1 2 * * *", "is_active": False}
    )

    def found(**filters: str) -> int:
        return len(api.get(JOBS, filters).json()["results"])

    assert found() == found(customer_id=str(brand.customer_id)) == 2
    assert found(brand_id=str(other.pk)) == found(job_type="scoring") == found(is_active="false") == 1
    assert found(is_active="true", job_type="scoring") == 0


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"cron_expression": "0 9 31 2 *"}, "cron_expression", "never fire"),
        ({"cron_expression": "often"}, "cron_expression", "five fields"),
        ({"cron_expression": f"{','.join(['1'] * 40)} * * * *"}, "cron_expression", "too long"),
        ({"timezone": "Mars/Base"}, "timezone", "is not a time zone"),
        ({"job_type": "nonsense"}, "job_type", "There is no job type"),
        ({"metadata": {"positionLimit": "many"}}, "metadata", "positionLimit"),
        ({"metadata": {"speed": 9}}, "metadata", "There is no such option"),
        ({"metadata": ["chatgpt"]}, "metadata", "Expected a dictionary"),
        ({"metadata": {"collectors": ["altavista"]}}, "metadata", "There is no collector"),
        ({"brand_id": None}, "brand_id", "Choose a brand"),
        ({"brand_id": "x"}, "brand_id", "Must be a valid UUID"),
        ({"brand_id": "00000000-0000-4000-8000-000000000000"}, "brand_id", "There is no brand with this id."),
        ({"max_attempts": 0}, "max_attempts", "greater than or equal to 1"),
        ({"start_time": "9999-12-31T00:00:00Z"}, "start_time", "ten years ahead"),
        ({"is_activ": True}, "is_activ", "There is no such field"),
        ({"isActive": True}, "is_active", "in two spellings"),
        ({"every": 5, "period": "hours"}, "every", "one kind of schedule"),
        ({"cron_expression": ""}, "cron_expression", "Say when"),
        ({"cron_expression": "", "every": 5}, "period", "An interval has both"),
        ({"cron_expression": "", "at": "2020-01-01T00:00:00Z"}, "at", "has passed"),
        ({"name": ""}, "name", "may not be blank"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_in_a_sentence(api, body, change, field, words):
    response = api.post(JOBS, {**body, **change})
    assert response.status_code == 400, response.json()
    assert list(response.json()) == [field]
    assert words in str(response.json())
    assert not ScheduledJob.objects.exists()


def test_an_interval_and_a_single_moment_are_schedules_too(api, body, job):
    job_url = f"{JOBS}/{job['id']}"
    every = api.patch(job_url, {"every": 6, "period": "hours"}).json()
    assert (every["cron_expression"], every["every"], every["period"], every["at"]) == ("", 6, "hours", None)
    assert api.patch(job_url, {"every": 7}).json()["period"] == "hours"
    moment = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    once = api.patch(job_url, {"at": moment.isoformat()}).json()
    assert (once["every"], once["next_run_at"]) == (None, once["at"])
    cron = api.patch(job_url, {"cron_expression": "5 4 * * *", "timezone": "Europe/Zurich"}).json()
    assert (cron["at"], cron["timezone"]) == (None, "Europe/Zurich")
    assert api.patch(job_url, {"timezone": "Asia/Tokyo"}).json()["cron_expression"] == "5 4 * * *"


def test_a_name_can_be_taken_among_ones_own_jobs_only(api, body):
    assert api.post(JOBS, {**body, "name": "Daily"}).json()["name"] == "Daily"
    again = api.post(JOBS, {**body, "name": "Daily"})
    assert (again.status_code, list(again.json())) == (400, ["name"])
    stranger = make_brand("Oolong", rivals=(), customer=type(make_brand("x").customer).objects.create(name="Tea Inc"))
    theirs = client_of(make_user("tess", stranger.customer, Role.OPERATOR))
    made = theirs.post(JOBS, {**body, "brand_id": str(stranger.pk), "customer_id": None, "name": "Daily"})
    assert (made.status_code, made.json()["name"]) == (201, "Daily (Tea Inc)")


def test_jobs_without_a_name_get_names_of_their_own(api, body):
    names = [api.post(JOBS, body).json()["name"] for _ in range(3)]
    first = "Aurora: Collect and score answers (Coffee Ltd)"
    assert names == [first, f"{first} 2", f"{first} 3"]


def test_a_job_cannot_be_moved_to_a_customer_with_whom_one_only_reads(api, body, job):
    olga = make_user("anna", make_brand("Q").customer, Role.OPERATOR)
    other = make_brand("Oolong", rivals=(), customer=type(make_brand("R").customer).objects.create(name="Tea Inc"))
    olga.memberships.create(customer=other.customer, role=Role.ANALYST)
    client = client_of(olga)
    moved = client.patch(f"{JOBS}/{job['id']}", {"brand_id": str(other.pk)})
    assert moved.status_code == 403
    made = client.post(JOBS, {**body, "brand_id": str(other.pk), "customer_id": None})
    assert (made.status_code, made.json()) == (403, {"detail": "Your role does not allow this."})


def test_a_trigger_makes_a_run_and_a_second_one_gets_the_open_one(api, job):
    first = api.post(f"{JOBS}/{job['id']}/trigger")
    second = api.post(f"{JOBS}/{job['id']}/trigger")
    assert (first.status_code, second.status_code) == (201, 200)
    run = first.json()
    assert (run["status"], run["trigger"], run["triggered_by"]) == ("pending", "manual", "olga")
    assert (run["scheduled_job_id"], run["brand_id"]) == (job["id"], job["brand_id"])
    assert run["metadata"] == job["metadata"]
    assert second.json() == {**run, "message": "No second run was made: this one is pending."}
    assert JobRun.objects.count() == 1


def test_a_trigger_takes_options_for_this_run_alone(api, job):
    refused = api.post(f"{JOBS}/{job['id']}/trigger", {"metadata": {"speed": 9}})
    assert (refused.status_code, list(refused.json())) == (400, ["metadata"])
    run = api.post(f"{JOBS}/{job['id']}/trigger", {"metadata": {"collectors": ["local"]}}).json()
    assert run["metadata"] == {"collectors": ["local"]}
    assert api.get(f"{JOBS}/{job['id']}").json()["metadata"] == job["metadata"]


def test_the_next_runs_are_shown_in_the_schedules_own_time_zone(api, job):
    api.patch(f"{JOBS}/{job['id']}", {"timezone": "Asia/Tokyo"})
    preview = api.get(f"{JOBS}/{job['id']}/preview", {"count": 3}).json()
    assert [moment[10:] for moment in preview["next_runs"]] == ["T09:00:00+09:00"] * 3
    assert preview["schedule_in_words"] == "At 09:00 every day"
    assert "Aurora has no active query" in preview["obstacles"][0]
    wrong = api.get(f"{JOBS}/{job['id']}/preview", {"count": "0"})
    assert (wrong.status_code, list(wrong.json())) == (400, ["count"])


def test_the_runs_of_a_job_are_its_own(api, job, body):
    other = api.post(JOBS, body).json()
    run = api.post(f"{JOBS}/{job['id']}/trigger").json()
    assert [row["id"] for row in api.get(f"{JOBS}/{job['id']}/runs").json()["results"]] == [run["id"]]
    assert api.get(f"{JOBS}/{other['id']}/runs").json()["results"] == []


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(api, body, django_assert_num_queries):
    for _ in range(3):
        api.post(JOBS, body)
    with django_assert_num_queries(2):  # the role, the rows
        assert len(api.get(JOBS).json()["results"]) == 3

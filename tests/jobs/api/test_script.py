import pytest
from django.contrib.auth.models import User

from jobs.models import RunOutput, Script
from tests.jobs.scripts.conftest import folder, write  # noqa: F401  (fixtures)
from tests.tenants import Tenant, client_of, make_tenant

pytestmark = pytest.mark.django_db
REPORT = """#!/bin/sh
# /// brandbeat
# description = "Reports."
# [[arguments]]
# name = "days"
# type = "integer"
# ///
"""
NOT_RELEASED = "No script “report” is released to this customer: a superuser does so on the script's page."


@pytest.fixture
def ours(db) -> Tenant:
    return make_tenant("Coffee Ltd", "Velora")


@pytest.fixture
def operator(ours) -> User:
    return User.objects.get(username="operator@Coffee Ltd")


def test_scripts_are_listed_with_their_arguments(ours, write):  # noqa: F811
    write("report", REPORT)
    found = client_of(User.objects.create_superuser("root")).get("/api/admin/scripts").data["results"]
    report = next(script for script in found if script["name"] == "report")
    assert (report["description"], report["state"], report["problem"]) == ("Reports.", "new", "")
    assert [(argument["name"], argument["type"]) for argument in report["arguments"]] == [("days", "integer")]
    assert next(script for script in found if script["name"] != "report")["state"] == "cannot run"


def test_a_customers_job_may_run_what_is_released_to_it(ours, operator, write):  # noqa: F811
    write("report", REPORT)
    client = client_of(operator)
    job = {
        "name": "Nightly",
        "job_type": "script",
        "cron_expression": "0 3 * * *",
        "customer_id": str(ours.customer.pk),
        "metadata": {"script": "report", "arguments": {"days": "many"}},
    }
    refused = client.post("/api/admin/scheduled-jobs", job)
    assert (refused.status_code, list(refused.data)) == (400, ["metadata"])
    assert NOT_RELEASED in str(refused.data)
    place = f"/api/admin/brands/{ours.brand.pk}/preview"
    preview = client.post(place, {"job_type": "script", "metadata": {"script": "report"}})
    assert preview.data["obstacles"] == [f"script: {NOT_RELEASED}"]
    Script.objects.create(name="report", is_released=True)
    assert "arguments.days: Input should be a valid integer" in str(client.post("/api/admin/scheduled-jobs", job).data)
    job["metadata"]["arguments"]["days"] = 7
    made = client.post("/api/admin/scheduled-jobs", job)
    assert made.status_code == 201, made.data
    place = f"/api/admin/scheduled-jobs/{made.data['id']}/trigger"
    wrong = client.post(place, {"metadata": {"script": "other"}})
    assert (wrong.status_code, list(wrong.data["metadata"])) == (400, ["script"])
    assert client.post(place).status_code == 201


def test_what_a_script_printed_is_read_by_programs(ours, operator):
    RunOutput.objects.create(run=ours.run, attempt=1, stream="stdout", content=b"caf\xc3\xa9 \xff\n", size=7)
    found = client_of(operator).get(f"/api/admin/job-runs/{ours.run.pk}/output")
    assert found.data == [{"attempt": 1, "stream": "stdout", "size": 7, "text": "café \\xff\n"}]

"""A whole life by the API alone, as docs/api.md tells it: from a token to figures."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from brands.sample_engines import SampleEngines
from jobs.execution import execute

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_a_token_to_figures(engines: SampleEngines):
    User.objects.create_superuser("root", password="a long enough one")
    api = APIClient()
    api.default_format = "json"
    tokens = api.post("/api/token", {"username": "root", "password": "a long enough one"}).json()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")

    def post(path: str, **body: object) -> dict:
        response = api.post(f"/api/admin/{path}", body)
        assert response.status_code == 201, response.content
        return response.json()

    def get(path: str, **filters: object) -> dict:
        response = api.get(f"/api/admin/{path}", filters)
        assert response.status_code == 200, response.content
        return response.json()

    customer = post("customers", name="Coffee Ltd")
    brand = post("brands", customer_id=customer["id"], name="Aurora", domains=["aurora.example"])
    post("competitors", brand_id=brand["id"], name="Borealis")
    questions = ["Which coffee machine is best?", "Which coffee machine lasts longest?"]
    post("queries/bulk", brand_id=brand["id"], queries=[{"text": text} for text in questions])
    job = post(
        "scheduled-jobs",
        brand_id=brand["id"],
        customer_id=customer["id"],
        job_type="data_collection_and_scoring",
        cron_expression="0 9 * * *",
        timezone="UTC",
        is_active=True,
        metadata={
            "collectors": ["chatgpt", "perplexity"],
            "parallel": False,
            "positionLimit": 50,
            "sentimentLimit": 50,
        },
    )
    run = post(f"scheduled-jobs/{job['id']}/trigger")
    execute(run["id"], worker="w1")

    done = get(f"job-runs/{run['id']}")
    assert (done["status"], done["reason"], done["metrics"]["answers_requested"]) == ("completed", "", 4)
    assert [step["to_status"] for step in get(f"job-runs/{run['id']}/log")["events"]] == [
        "pending",
        "processing",
        "completed",
    ]
    filters = {"customer_id": customer["id"], "brand_id": brand["id"], "status": "completed", "limit": 20}
    assert [row["id"] for row in get("job-runs", **filters)["results"]] == [run["id"]]
    answers = get("answers", run_id=run["id"])["results"]
    assert {answer["question"] for answer in answers} == set(questions)
    assert get("scores", run_id=run["id"], scorer="mentions")["results"]
    figures = get("metrics", brand_id=brand["id"], by="total")
    assert {each["metric"] for each in figures["series"]} == {
        "visibility",
        "share_of_voice",
        "first_position",
        "sentiment",
        "citation_share",
    }
    assert api.put(f"/api/admin/scheduled-jobs/{job['id']}", {"is_active": False}).json()["next_run_at"] is None
    assert api.delete(f"/api/admin/scheduled-jobs/{job['id']}").status_code == 204

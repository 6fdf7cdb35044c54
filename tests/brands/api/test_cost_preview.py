import pytest

from brands.models import Query
from jobs.models import JobRun, ScheduledJob
from tests.brands.factories import make_job, make_query

JOBS = "/api/admin/scheduled-jobs"


@pytest.fixture
def query(brand) -> Query:
    return make_query(brand)


@pytest.fixture(autouse=True)
def _everything_has_a_provider(engines):
    """The sample engines give each collector one that can be asked."""


def test_a_jobs_preview_says_what_it_costs_a_run_and_a_month(api, brand, query):
    job = make_job(brand, collectors=["chatgpt"], samples=2)
    cost = api.get(f"{JOBS}/{job.uuid}/preview").json()["cost"]
    assert (cost["calls"], cost["cost_usd"], cost["runs_per_month"], cost["calls_per_month"]) == (2, 0.029, 30, 60)
    assert cost["cost_usd_per_month"] == pytest.approx(0.87)
    assert cost["lines"] == [
        {
            "name": "chatgpt through openai",
            "calls": 2,
            "cost_usd": 0.029,
            "basis": "a typical call by the price table of November 2026",
        }
    ]


def test_a_job_is_previewed_before_it_is_made(api, brand, query):
    body = {
        "brand_id": str(brand.pk),
        "job_type": "data_collection",
        "cron_expression": "0 9 * * *",
        "metadata": {"collectors": ["chatgpt", "local"]},
    }
    found = api.post(f"{JOBS}/preview", body).json()
    assert (found["cost"]["calls"], found["cost"]["calls_without_price"], len(found["next_runs"])) == (2, 1, 5)
    assert not ScheduledJob.objects.exists()
    wrong = api.post(f"{JOBS}/preview", {**body, "cron_expression": "0 0 30 2 *"})
    assert (wrong.status_code, list(wrong.json())) == (400, ["cron_expression"])
    assert api.post(f"{JOBS}/preview", {**body, "job_type": "scoring", "metadata": {}}).json()["cost"] is None


def test_a_quick_action_is_previewed_on_the_brand(api, brand, query):
    address = f"/api/admin/brands/{brand.pk}/preview"
    found = api.post(address, {"job_type": "data_collection", "metadata": {"collectors": ["chatgpt"], "samples": 3}})
    assert (found.status_code, found.json()["cost"]["calls"], found.json()["obstacles"]) == (200, 3, [])
    assert api.post(address, {"job_type": "scoring"}).json() == {"obstacles": [], "cost": None}
    for body, field in (({"job_type": "nonsense"}, "job_type"), ({}, "job_type")):
        assert list(api.post(address, body).json()) == [field]
    assert not JobRun.objects.exists()


def test_collectors_say_why_they_cannot_be_asked(api, brand, settings):
    settings.PROVIDERS["openai"]["api_key"] = ""
    settings.COLLECTORS["grok"] = []
    found = {row["name"]: row for row in api.get("/api/admin/collectors").json()}
    assert found["chatgpt"]["obstacle"] == "Set OPENAI_API_KEY to ask chatgpt through openai."
    assert found["grok"]["obstacle"] == "Set GROK_PROVIDERS: grok has no provider to ask."
    assert (found["perplexity"]["provider"], found["perplexity"]["obstacle"]) == ("perplexity", "")
    assert found["perplexity"]["cost_usd"] > 0

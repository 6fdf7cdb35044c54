from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pydantic import Field

from brands.models import Brand, Customer, Membership
from jobs.job_type import JobType, OptionsModel, job_types
from jobs.models import ScheduledJob
from tests.jobs.factories import make_job


def _engines(schema: dict[str, Any]) -> None:
    schema["items"] = {"enum": ["north", "south"]}


class Survey(JobType):
    """A job type with an option of each kind that a form knows."""

    name = "survey"
    label = "Survey"
    needs_subject = True

    class Options(OptionsModel):
        engines: list[str] = Field(default=["north"], min_length=1, json_schema_extra=_engines)
        in_a_hurry: bool = Field(True, description="Ask all at once.")
        sample_count: int = Field(1, ge=1, le=20)
        since: date | None = None
        country: str = Field("", pattern="^([A-Z]{2})?$")
        extras: dict[str, int] = {}

    def run(self, context: Any) -> dict[str, Any]:
        return {}

    def check(self, subject_id: object, options: Any) -> list[str]:
        return ["South has no key: set SOUTH_KEY."] if "south" in options.engines else []


@pytest.fixture
def survey() -> Iterator[type[Survey]]:
    with job_types.temporarily("survey", Survey):
        yield Survey


@pytest.fixture
def brand(db: None) -> Brand:
    return Brand.objects.create(customer=Customer.objects.create(name="Nordlicht"), name="Velora")


@pytest.fixture
def job(survey: type[Survey], brand: Brand) -> ScheduledJob:
    return make_job(job_type="survey", subject=brand, owner=brand.customer, name="Daily survey")


@pytest.fixture
def boss(db: None) -> Client:
    """A browser in which a superuser is logged in."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def member(staff_client: Client, brand: Brand) -> Any:
    """Gives the member of staff of `staff_client` a role with the brand's customer and returns that browser."""

    def give(role: str) -> Client:
        user = User.objects.get(username="staff")
        Membership.objects.create(user=user, customer=brand.customer, role=role)
        return staff_client

    return give


@pytest.fixture
def form_data(brand: Brand) -> dict[str, Any]:
    """What a browser sends for a new survey."""
    return {
        "name": "Morning survey",
        "job_type": "survey",
        "options_for": "survey",
        "subject": str(brand.pk),
        "owner": "",
        "enabled": "on",
        "schedule_kind": "cron",
        "cron_expression": "0 9 * * 1-5",
        "timezone": "Europe/Zurich",
        "every": "",
        "period": "minutes",
        "once_at": "",
        "option_engines": ["north", "south"],
        "option_sample_count": "3",
        "option_since": "2026-05-01",
        "option_country": "CH",
        "option_extras": '{"depth": 2}',
        "timeout_seconds": "600",
        "max_attempts": "3",
        "backoff_seconds": "2",
    }

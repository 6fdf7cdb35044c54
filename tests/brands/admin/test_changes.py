"""The pages that say whether a change is one, and how many samples a brand needs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brands.models import Answer, Brand
from tests.brands.answers import make_answer, make_competitor, make_query, mention


@pytest.fixture
def weeks(brand: Brand) -> Brand:
    """Twelve queries that name the brand never in the first week and always in the second."""
    now = timezone.now()
    for place in range(12):
        query = make_query(brand, f"Question {place}?")
        for days, count in ((10, 0), (3, 1)):
            answer = make_answer(query, asked_at=now - timedelta(days=days), model_served="gpt", cost_usd="0.01")
            mention(answer, count)
    return brand


def page(admin: Client, brand: Brand, name: str, query: str = "") -> str:
    response = admin.get(reverse(f"admin:brands_brand_{name}", args=[brand.pk]) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_change_has_its_verdict_and_its_test(admin: Client, weeks: Brand) -> None:
    body = page(admin, weeks, "changes")
    assert "+100 points" in body
    assert '<span class="bb-state bb-state-success">up</span><small>p = 0.000 after correction' in body


def test_nothing_changed_is_within_noise(admin: Client, weeks: Brand) -> None:
    windy = make_competitor(weeks)
    for answer in Answer.objects.all():
        mention(answer, 1, competitor=windy)
    assert "within noise" in page(admin, weeks, "changes")


def test_another_model_is_not_comparable_and_says_so(admin: Client, weeks: Brand) -> None:
    recent = timezone.now() - timedelta(days=5)
    Answer.objects.filter(asked_at__gte=recent).update(model_served="gpt-next")
    body = page(admin, weeks, "changes")
    assert "not comparable" in body
    assert "Changed in between: model." in body


def test_weeks_without_answers_say_so(admin: Client, weeks: Brand) -> None:
    assert "No answers in these two weeks." in page(admin, weeks, "changes", "?until=2020-01-01")
    page(admin, weeks, "changes", "?until=2020-13-45")
    later = timezone.localdate() + timedelta(days=5)
    assert "In one of the two weeks no answer was scored." in page(admin, weeks, "changes", f"?until={later}")


def test_a_plan_says_how_many_answers_and_what_they_cost(admin: Client, weeks: Brand) -> None:
    body = page(admin, weeks, "plan", "?points=10")
    assert "12 queries × 1 sample: ±" in body
    assert "an answer costs $0.0100" in body
    assert "answers, $" in body


def test_a_plan_without_answers_says_what_is_missing(admin: Client, brand: Brand) -> None:
    assert "Start a collection first." in page(admin, brand, "plan")

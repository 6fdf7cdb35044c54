import pytest
from django.core.cache import cache
from pytest_django import Settings

from tests.jobs.api.test_token import BRANDS, login

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted_anew():
    cache.clear()
    yield
    cache.clear()


def allow(settings: Settings, **rates: str) -> None:
    usual = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {**usual, **rates}}


def test_a_user_who_asks_too_often_is_told_how_long_to_wait(api, settings):
    allow(settings, user="2/min")
    assert [api.get(BRANDS).status_code for _ in range(3)] == [200, 200, 429]
    answer = api.get(BRANDS)
    assert "Expected available in" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) <= 60


def test_an_invented_address_gives_nobody_more_tries_at_a_token(settings):
    allow(settings, anon="2/min")
    tries = [
        login("wrong", f"user{number}", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code for number in range(3)
    ]
    assert tries == [401, 401, 429]
    settings.PROXIES = 1  # now what the proxy saw counts
    assert login("wrong", "other", HTTP_X_FORWARDED_FOR="10.9.9.9").status_code == 401

"""The checks of an installation's settings, and an installation that is as it should be."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from config import processes
from tests.acceptance.harness import run
from tests.environment import clean_environment

POSTGRESQL = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
WRONG = {
    "config.W001": {"SECRET_KEY_IS_GENERATED": True, "DATABASES": POSTGRESQL},
    "config.W002": {"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "brands.example"]},
    "config.W003": {"DATABASES": SQLITE, "CELERY_BROKER_URL": "redis://:secret@redis.internal:6379/0"},
    "config.W004": {"CELERY_BROKER_URL": "redis://redis.internal:6379/0"},
    "config.W005": {"SECURE_SSL_REDIRECT": True, "PROXIES": 0},
}
RIGHT = {
    "config.W001": [
        {"SECRET_KEY_IS_GENERATED": False, "DATABASES": POSTGRESQL},
        {"SECRET_KEY_IS_GENERATED": True, "DATABASES": SQLITE},
    ],
    "config.W002": [
        {"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]},
        {"DEBUG": False, "ALLOWED_HOSTS": ["brands.example"]},
    ],
    "config.W003": [
        {"DATABASES": SQLITE, "CELERY_BROKER_URL": "redis://localhost:6379/0"},
        {"DATABASES": POSTGRESQL, "CELERY_BROKER_URL": "redis://:secret@redis.internal:6379/0"},
    ],
    "config.W004": [
        {"CELERY_BROKER_URL": "redis://127.0.0.1:6379/0"},
        {"CELERY_BROKER_URL": "rediss://:secret@redis.internal:6379/0"},
    ],
    "config.W005": [{"SECURE_SSL_REDIRECT": True, "PROXIES": 1}, {"SECURE_SSL_REDIRECT": False, "PROXIES": 0}],
}


def found(settings: Settings, values: dict[str, object]) -> dict[str, str | None]:
    for name, value in values.items():
        setattr(settings, name, value)
    return {str(message.id): message.hint for message in run_checks(include_deployment_checks=True)}


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize("identifier", WRONG)
def test_a_misconfigured_installation_is_told_with_a_hint(identifier: str, settings: Settings) -> None:
    assert found(settings, WRONG[identifier])[identifier]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(("identifier", "case"), [(name, case) for name, cases in RIGHT.items() for case in cases])
def test_what_is_right_is_not_warned_of(identifier: str, case: dict[str, object], settings: Settings) -> None:
    assert identifier not in found(settings, case)


def test_no_password_is_in_what_a_check_says(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://:pass-phrase@redis.internal:6379/0"
    said = [f"{message.msg} {message.hint}" for message in run_checks(include_deployment_checks=True)]
    assert said
    assert "pass-phrase" not in "".join(said)


PRODUCTION = {  # the variables of docs/operations.md
    "SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "brands.example",
    "HTTPS": "true",
    "PROXIES": "1",
    "DATABASE_URL": "postgres://brandbeat:a-password@10.1.2.3/brandbeat",
    "REDIS_URL": "redis://:a-password@10.1.2.3:6379/0",
}
CHECK = processes.python("manage.py", "check", "--deploy", "--fail-level", "WARNING")


def test_production_settings_leave_django_nothing_to_warn_of(tmp_path: Path) -> None:
    assert "no issues" in run(CHECK, clean_environment(tmp_path, **PRODUCTION)).stdout


MISTAKES = {
    "security.W018 security.W009 config.W003 config.W004 config.W005": {
        "DEBUG": "true",
        "SECRET_KEY": "short",
        "PROXIES": "0",
        "REDIS_URL": "redis://10.1.2.3/0",
        "DATABASE_URL": "",
    },
    "security.W008 security.W012 config.W001": {"HTTPS": "false", "SECRET_KEY": ""},
}


@pytest.mark.parametrize("warnings", MISTAKES)
def test_each_of_them_is_missed_when_it_is_not_set(tmp_path: Path, warnings: str) -> None:
    refused = run(CHECK, clean_environment(tmp_path, **{**PRODUCTION, **MISTAKES[warnings]}), ok=False)
    assert refused.returncode == 1
    assert [warning for warning in warnings.split() if warning not in refused.stderr] == []


@pytest.mark.parametrize("name", PRODUCTION)
def test_the_documentation_names_each_of_them(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert f"\n{name}=" in text

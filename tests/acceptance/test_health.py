"""/healthz and /readyz when something is missing, and Flower's address without Flower."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from config import processes, redis_server


def test_without_a_broker_the_process_is_alive_but_not_ready(db: None, client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "checks": {"database": "ok", "broker": "does not answer", "migrations": "ok"},
    }


def test_with_a_broker_it_is_ready(db: None, client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{processes.free_port()}/0"
    server = redis_server.start(tmp_path, settings.CELERY_BROKER_URL, log=tmp_path / "log", persistent=False)
    try:
        assert client.get("/readyz").json()["status"] == "ok"
    finally:
        processes.stop([server])


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_not_applied_is_counted(client: Client) -> None:
    call_command("migrate", "axes", "zero", verbosity=0)
    try:
        assert client.get("/readyz").json()["checks"]["migrations"].endswith(" not applied")
    finally:
        call_command("migrate", "axes", verbosity=0)


def test_health_is_told_without_a_login_and_only_by_reading(db: None, client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/flower/", "/flower/workers"])
def test_without_flower_its_address_says_how_to_start_it(staff_client: Client, settings: Settings, path: str) -> None:
    settings.FLOWER_HOST, settings.FLOWER_PORT = "localhost", processes.free_port()
    answer = staff_client.get(path)
    assert answer.status_code == 503
    assert f"localhost:{settings.FLOWER_PORT}" in answer.content.decode()
    assert "Flower is not running" in answer.content.decode()
    assert "make up" in answer.content.decode()


def test_a_question_that_is_too_long_for_flower_is_refused(staff_client: Client) -> None:
    assert staff_client.get("/flower/workers", {"x": "y" * 20_000}).status_code == 400


def test_a_user_who_is_not_staff_sees_nothing_of_flower(db: None, client: Client) -> None:
    user = User.objects.create_user("reader")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/flower/").headers["Location"] == "/admin/login/?next=/flower/"

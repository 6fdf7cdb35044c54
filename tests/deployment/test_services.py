"""The services of docker/compose.yaml, run as they stand there: commands, variables, health checks, and the proxy."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from config import processes
from tests import postgresql
from tests.acceptance.harness import wait_for
from tests.deployment.containers import Containers

AFTER_SETUP = ("web", "worker", "beat", "flower", "proxy")
FLOWERS_PAGES = (
    "/flower",
    "/flower/",
    "/flower/workers",
    "/flower/tasks",
    "/flower/broker",
    "/flower/api/workers",
    "/flower/api/tasks",
    "/flower/static/js/flower.js",
    "/flower/metrics",
    "/flower/healthcheck",
    "/flower/%6detrics",
    "/flower/x/../healthcheck",
    "//flower/metrics",
    "/static/../flower/metrics",
    "/static/%2e%2e/flower/healthcheck",
)


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """Everything up, in the order of `depends_on`. Each health check says no before the start, and yes after it."""
    with postgresql.cluster() as url:
        made = Containers(tmp_path_factory.mktemp("containers"), url)
        try:
            assert 0 not in [made.health(name) for name in ("redis", *AFTER_SETUP)]
            made.start("redis")
            made.wait_until_healthy("redis", "postgres")
            done = made.run("setup")
            assert done.returncode == 0, done.stdout + done.stderr
            for name in (*AFTER_SETUP, "beat 2"):
                made.start(name)
            made.wait_until_healthy(*AFTER_SETUP)
            yield made
        finally:
            made.stop_all()


@pytest.fixture(scope="module")
def site(containers: Containers) -> Iterator[httpx.Client]:
    """A browser on the other side of the proxy, which trusts the certificate that Caddy made for localhost."""
    root = containers.folder / "certificates" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    address = f"https://localhost:{containers.ports['https']}"
    with httpx.Client(base_url=address, verify=ssl.create_default_context(cafile=str(root)), timeout=20) as client:
        yield client


def sign_up(containers: Containers, name: str, *, staff: bool) -> None:
    create = "create_superuser" if staff else "create_user"
    code = f"from django.contrib.auth.models import User; User.objects.{create}({name!r}, password='a pass phrase 1')"
    done = containers.run("web", ["python", "manage.py", "shell", "--no-imports", "-c", code])
    assert done.returncode == 0, done.stderr


def log_in(client: httpx.Client, name: str, password: str = "a pass phrase 1", **headers: str) -> httpx.Response:
    client.get("/admin/login/")
    form = {"username": name, "password": password, "csrfmiddlewaretoken": client.cookies.get("csrftoken") or ""}
    return client.post("/admin/login/?next=/admin/", data=form, headers={"Referer": str(client.base_url), **headers})


@pytest.fixture
def stranger(site: httpx.Client) -> Iterator[httpx.Client]:
    site.cookies.clear()
    yield site
    site.cookies.clear()


@pytest.fixture(scope="module")
def staffs_cookies(containers: Containers, site: httpx.Client) -> httpx.Cookies:
    sign_up(containers, "staff", staff=True)
    site.cookies.clear()
    answer = log_in(site, "staff")
    assert (answer.status_code, answer.headers["location"]) == (302, "/admin/")
    assert "Secure" in answer.headers["set-cookie"]
    return httpx.Cookies(site.cookies)


@pytest.fixture
def staff(stranger: httpx.Client, staffs_cookies: httpx.Cookies) -> httpx.Client:
    stranger.cookies.update(staffs_cookies)
    return stranger


def test_every_service_of_the_file_runs(containers: Containers) -> None:
    assert {name.removesuffix(" 2") for name in containers.running} == set(containers.services) - {"setup", "postgres"}
    assert [name for name, process in containers.running.items() if not processes.is_up(process)] == []


def test_two_beats_and_a_worker_have_signed_on_in_postgresql(containers: Containers) -> None:
    url = containers.environment("web")["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT role, count(*) FROM jobs_worker GROUP BY role ORDER BY role").fetchall()
    assert found == [("beat", 2), ("worker", 1)]


def test_redis_keeps_what_it_took_and_asks_for_its_password(containers: Containers) -> None:
    with redis.Redis.from_url(containers.environment("web")["REDIS_URL"]) as client:
        assert client.config_get("appendonly", "maxmemory-policy") == {
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }
    with redis.Redis(port=containers.ports["redis"]) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    command_line = Path(f"/proc/{containers.running['redis'].pid}/cmdline").read_text()
    assert containers.given["REDIS_PASSWORD"] not in command_line


def test_the_proxy_turns_http_into_https_and_passes_requests_on(containers: Containers, stranger: httpx.Client) -> None:
    plain = httpx.get(f"http://localhost:{containers.ports['http']}/admin/")
    assert (plain.status_code, plain.headers["location"][:17]) == (308, "https://localhost")
    assert stranger.get("/healthz").json()["status"] == "ok"
    login = stranger.get("/admin/login/")
    assert login.status_code == 200
    assert login.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "server" not in login.headers


def test_static_files_come_from_the_proxys_disk(containers: Containers, stranger: httpx.Client) -> None:
    (containers.folder / "data" / "static" / "only-on-the-disk.css").write_text("a{}")
    found = stranger.get("/static/only-on-the-disk.css")
    assert (found.status_code, found.text, found.headers["x-content-type-options"]) == (200, "a{}", "nosniff")
    assert re.search(r"/static/jobs/admin\.css", stranger.get("/admin/login/").text)
    assert stranger.get("/static/jobs/admin.css").status_code == 200
    assert stranger.get("/static/").status_code == 404


@pytest.mark.parametrize("path", FLOWERS_PAGES)
@pytest.mark.parametrize("who", ["nobody", "a user who is not staff"])
def test_without_a_staff_login_the_proxy_shows_nothing_of_flower(
    containers: Containers, stranger: httpx.Client, readers_cookies: httpx.Cookies, path: str, who: str
) -> None:
    if who != "nobody":
        stranger.cookies.update(readers_cookies)
    for method in ("GET", "POST"):
        answer = stranger.send(raw_request(stranger, method, path))
        assert answer.status_code in (301, 302, 403, 404, 405), answer.text
        assert "celery@" not in answer.text
        assert "flower_" not in answer.text
        if answer.status_code in (301, 302) and path != "/flower":
            assert "/admin/login/" in answer.headers["location"]


def raw_request(client: httpx.Client, method: str, path: str) -> httpx.Request:
    """The path as it is, without the tidying that a client does."""
    request = client.build_request(method, "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    return request


@pytest.fixture(scope="module")
def readers_cookies(containers: Containers, site: httpx.Client) -> httpx.Cookies:
    sign_up(containers, "reader", staff=False)
    site.cookies.clear()
    log_in(site, "reader")
    code = (
        "from django.test import Client; from django.contrib.auth.models import User; c = Client(); "
        "c.force_login(User.objects.get(username='reader'), backend='django.contrib.auth.backends.ModelBackend'); "
        "print(c.cookies['sessionid'].value)"
    )
    session = containers.run("web", ["python", "manage.py", "shell", "--no-imports", "-c", code]).stdout.strip()
    return httpx.Cookies({"sessionid": session})


def test_staff_see_flower_through_the_proxy_but_not_its_monitoring_pages(staff: httpx.Client) -> None:
    def shown() -> bool:
        return "celery@" in staff.get("/flower/workers?refresh=1").text

    assert wait_for(shown, seconds=20, what="the worker on Flower's page")
    assert "javascript" in staff.get("/flower/static/js/flower.js").headers["content-type"]
    assert staff.get("/flower/metrics").status_code == 404
    assert staff.get("/flower/healthcheck").status_code == 404
    assert staff.post("/flower/api/worker/shutdown/celery@x").status_code == 405


def test_flower_itself_asks_every_neighbour_for_its_password(containers: Containers) -> None:
    flower = f"http://127.0.0.1:{containers.ports['flower']}/flower"
    for path in ("/", "/workers", "/api/workers", "/metrics", "/healthcheck"):
        assert httpx.get(flower + path).status_code in (401, 404)


def test_wrong_logins_count_for_the_address_that_the_proxy_saw(containers: Containers, stranger: httpx.Client) -> None:
    log_in(stranger, "nobody-there", "wrong", **{"X-Forwarded-For": "203.0.113.7"})
    with psycopg.connect(containers.environment("web")["DATABASE_URL"]) as connection:
        found = connection.execute(
            "SELECT DISTINCT host(ip_address) FROM axes_accessattempt WHERE username = 'nobody-there'"
        ).fetchall()
    assert found == [("127.0.0.1",)]


def test_setup_refuses_unsafe_settings(containers: Containers) -> None:
    refused = containers.run("setup", HTTPS="false")
    assert refused.returncode != 0
    assert "security.W" in refused.stderr


def test_services_end_by_themselves_when_they_are_asked_to_and_come_back(containers: Containers) -> None:
    names = ("web", "worker", "beat", "beat 2", "flower")
    ended = [containers.stop(name) for name in names]
    assert [process.name for process in ended if processes.members(process)] == []
    assert 0 not in [containers.health(name) for name in ("web", "worker", "beat", "flower")]
    for name in names:
        containers.start(name)
    containers.wait_until_healthy("web", "worker", "beat", "flower")

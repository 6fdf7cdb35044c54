"""`python -m config.platform up | status | down`, as `make` runs it."""

import json
import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import redis

from config import processes
from config.env import BASE_DIR, Env
from tests.acceptance.harness import run, wait_for
from tests.environment import clean_environment

NAMES = {"redis", "web", "worker", "beat", "flower"}


class Installation:
    """A data folder and ports of its own, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first_words = ""  # what the first `up` printed
        self.flower = f"http://127.0.0.1:{processes.free_port()}/flower"
        self.environment = clean_environment(
            folder,
            PORT=0,
            FLOWER_PORT=httpx.URL(self.flower).port,
            REDIS_URL=f"redis://:pass%20word@127.0.0.1:{processes.free_port()}/0",
        )

    def platform(self, command: str, *options: str, ok: bool = True) -> str:
        argv = processes.python("-m", "config.platform", command, *options)
        done = run(argv, self.environment, ok=ok)
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def status(self) -> dict[str, dict[str, object]]:
        rows = json.loads(self.platform("status", "--json", ok=False))
        return {row["process"]: row for row in rows}

    def states(self) -> dict[str, object]:
        return {name: row["state"] for name, row in self.status().items()}

    def manage(self, *arguments: str) -> str:
        return run(processes.python("manage.py", *arguments), self.environment).stdout

    def left(self) -> list[str]:
        """Command lines of processes that work on this data folder."""
        return [command for command, environment in every_process() if f"DATA_DIR={self.folder}" in environment]


def every_process() -> Iterator[tuple[str, list[str]]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = ((entry / name).read_text(errors="replace") for name in ("cmdline", "environ"))
        except OSError:
            continue
        yield command.replace("\0", " "), environment.split("\0")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.platform("down")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One platform for all tests that leave it as they found it."""
    made = Installation(tmp_path_factory.mktemp("platform"))
    try:
        made.first_words = made.platform("up")
        yield made
    finally:
        made.platform("down")
        assert made.left() == []


@pytest.fixture(scope="module")
def site(running: Installation) -> str:
    return f"http://{running.status()['web']['address']}"


@pytest.fixture(scope="module")
def staff(running: Installation, site: str) -> Iterator[httpx.Client]:
    """A browser in which the first user has logged in with the password that `up` printed."""
    found = re.search(r"first user: (\S+), password (\S+)", running.first_words)
    assert found
    with httpx.Client(base_url=site, follow_redirects=True) as client:
        client.get("/admin/")
        form = {"username": found[1], "password": found[2], "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        assert "/admin/login/" not in str(client.post("/admin/login/?next=/admin/", data=form).url)
        yield client


def test_up_starts_everything_and_status_says_so(running: Installation) -> None:
    assert running.states() == dict.fromkeys(NAMES, "up")
    assert re.search(r"^worker +up +\d+ .*worker\.log$", running.platform("status"), re.MULTILINE)


def test_up_twice_starts_nothing_twice(running: Installation, site: str) -> None:
    before = {name: row["pid"] for name, row in running.status().items()}
    assert "password" not in running.platform("up")
    assert {name: row["pid"] for name, row in running.status().items()} == before


def test_the_first_password_is_kept_nowhere_in_clear(running: Installation) -> None:
    found = re.search(r"password (\S+)", running.first_words)
    assert found
    kept = [path for path in running.folder.rglob("*") if path.is_file() and found[1].encode() in path.read_bytes()]
    assert kept == []


def test_the_broker_takes_nobody_without_its_password(running: Installation) -> None:
    address = str(running.status()["redis"]["address"])
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(100).startswith(b"-NOAUTH")


def test_without_a_setting_the_broker_that_up_starts_has_a_password_that_a_typed_command_finds(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, PORT=0, FLOWER_PORT=processes.free_port(), REDIS_URL="")
    try:
        run(processes.python("-m", "config.platform", "up"), environment)
        kept = tmp_path / "redis_url"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        url = urlsplit(kept.read_text())
        assert len(url.password or "") == 48
        with redis.Redis(port=url.port or 0) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        typed = run(processes.python("-m", "celery", "-A", "config", "inspect", "ping"), environment).stdout
        assert "1 node online" in typed
    finally:
        run(processes.python("-m", "config.platform", "down"), environment)
    assert Env(data_dir=tmp_path).keep("redis_url", "another") == url.geturl()  # and so it is the next time


def test_without_a_broker_of_ours_the_usual_address_counts(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.CELERY_BROKER_URL)"
    shell = processes.python("manage.py", "shell", "--no-imports", "-c", code)
    assert run(shell, clean_environment(tmp_path, REDIS_URL="")).stdout.strip() == "redis://127.0.0.1:6379/0"


def test_everything_listens_on_the_loopback_address_only(running: Installation) -> None:
    ports = {int(str(row["address"]).rpartition(":")[2]) for row in running.status().values() if row["address"]}
    listening = {
        fields[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for fields in (line.split() for line in Path(table).read_text().splitlines()[1:])
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) in ports
    }
    assert len(listening) == len(ports) == 3
    assert {address.rpartition(":")[0] for address in listening} == {"0100007F"}


def test_the_site_is_alive_and_ready(site: str) -> None:
    alive = httpx.get(f"{site}/healthz").json()
    # One that another test has killed counts until it has been silent for long.
    assert (alive["status"], alive["beats"] >= 1, alive["workers"] >= 1) == ("ok", True, True)
    ready = httpx.get(f"{site}/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (
        200,
        {"database": "ok", "broker": "ok", "migrations": "ok"},
    )


def test_the_root_leads_to_the_admin(site: str, staff: httpx.Client) -> None:
    assert str(staff.get("/").url) == f"{site}/admin/"


def test_flower_shows_the_worker_to_staff(staff: httpx.Client) -> None:
    def shown() -> bool:
        return "celery@" in staff.get("/flower/workers?refresh=1").text

    assert wait_for(shown, seconds=20, what="the worker on Flower's page")
    assert "javascript" in staff.get("/flower/static/js/flower.js").headers["content-type"]


def test_flowers_list_of_tasks_is_read_through_the_proxy(staff: httpx.Client) -> None:
    question = {"draw": 1, "start": 0, "length": 10, "order[0][column]": 0, "columns[0][data]": "name"}
    assert staff.post("/flower/tasks/datatable", data=question).json()["data"] == []


@pytest.mark.parametrize("path", ["/flower/", "/flower/workers", "/flower/api/workers", "/flower/tasks/datatable"])
def test_flower_is_shown_to_nobody_without_a_login(site: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, site + path)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/admin/login/?next={path}")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/flower/api/worker/shutdown/celery@x", "/flower/api/task/send-task/jobs.tick"])
def test_flower_takes_no_commands_from_staff(staff: httpx.Client, method: str, path: str) -> None:
    assert staff.request(method, path).status_code == 405


@pytest.mark.parametrize("path", ["metrics", "healthcheck", "workers/../metrics", "%6Detrics"])
def test_flowers_monitoring_pages_are_closed(staff: httpx.Client, running: Installation, path: str) -> None:
    assert staff.get(f"/flower/{path}").status_code == 404
    assert httpx.get(f"{running.flower}/{path}").status_code in (401, 404)


@pytest.mark.parametrize("path", ["/", "/workers", "/tasks", "/broker", "/api/workers", "/api/tasks"])
def test_flower_itself_wants_its_password(running: Installation, path: str) -> None:
    assert httpx.get(running.flower + path).status_code == 401


@pytest.mark.parametrize("path", ["api/task/apply/jobs.tick", "api/task/send-task/jobs.tick", "api/task/abort/x"])
def test_flower_itself_takes_no_commands_even_with_its_password(running: Installation, path: str) -> None:
    code = "from config.flower_proxy import credentials; print(':'.join(credentials()))"
    name, password = running.manage("shell", "--no-imports", "-c", code).strip().split(":")
    assert httpx.post(f"{running.flower}/{path}", auth=(name, password), json={}).status_code in (404, 405)


def test_down_after_a_crash_leaves_nothing(installation: Installation) -> None:
    installation.platform("up")
    known = processes.load(installation.folder / "run")
    for name in ("worker", "web"):
        os.kill(known[name].pid, signal.SIGKILL)
    assert installation.states() == {**dict.fromkeys(NAMES, "up"), "worker": "down", "web": "down"}
    installation.platform("down")
    assert installation.left() == []


def test_up_brings_back_only_what_died(running: Installation) -> None:
    before = running.status()
    os.kill(int(str(before["beat"]["pid"])), signal.SIGKILL)
    said = running.platform("up")
    assert "beat is up." in said
    after = running.status()
    assert {name for name in NAMES if after[name]["pid"] != before[name]["pid"]} == {"beat"}


def test_up_says_what_to_do_when_a_stranger_has_taken_the_port_of_its_broker(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        installation.environment["REDIS_URL"] = ""
        (installation.folder / "redis_url").write_text(f"redis://:x@127.0.0.1:{taken.getsockname()[1]}/0")
        said = installation.platform("up", ok=False)
    assert "remove" in said
    assert str(installation.folder / "redis_url") in said
    assert installation.left() == []


def test_up_says_which_port_is_taken_and_leaves_nothing(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        installation.environment["PORT"] = str(port)
        said = installation.platform("up", ok=False)
    assert f"Another program listens on 127.0.0.1:{port}. Set PORT to a free port." in said
    assert installation.left() == []


def test_down_never_ends_a_process_that_only_has_the_same_pid(installation: Installation) -> None:
    bystander = processes.start("bystander", ["sleep", "60"], log=installation.folder / "log" / "bystander.log")
    try:
        record = {**processes.as_json(bystander), "name": "worker", "started": "another boot:1", "token": "another"}
        folder = installation.folder / "run"
        folder.mkdir()
        (folder / "worker.json").write_text(json.dumps(record))
        installation.platform("down")
        assert processes.is_up(bystander)
    finally:
        processes.stop([bystander])


def test_celery_finds_flowers_configuration_from_any_folder(tmp_path: Path) -> None:
    code = "import config.celery, os; print(os.environ['FLOWER_CONF'])"
    environment = clean_environment(tmp_path, PYTHONPATH=BASE_DIR)
    assert run(processes.python("-c", code), environment, cwd=tmp_path).stdout.strip() == str(
        BASE_DIR / "flowerconfig.py"
    )

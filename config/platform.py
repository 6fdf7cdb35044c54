"""The whole platform in the background of one machine: `python -m config.platform up|down|status`.

Nothing is restarted in silence: `status` says what is up, `up` starts what is missing, `down` stops all of it.
"""

import argparse
import contextlib
import fcntl
import functools
import json
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
import rich.console
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import Error as DatabaseError

from config import processes, redis_server, services
from config.env import BASE_DIR, REDIS_URL_FILE, mistakes_in_one_line, read
from config.processes import Process, StartError

START_SECONDS = 60
STOP_SECONDS = 15
console = rich.console.Console(markup=False, highlight=False, soft_wrap=True)


def _run_folder() -> Path:
    return Path(settings.DATA_DIR).resolve() / "run"


def _log(name: str) -> Path:
    return Path(settings.DATA_DIR).resolve() / "log" / f"{name}.log"


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = _run_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# up


def up() -> int:
    """Start what is not up, wait until all of it answers and say where it is."""
    started: list[Process] = []
    with contextlib.ExitStack() as undo:
        undo.callback(_end, started)
        try:
            _start_redis(started)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            _start_services(started)
        except (StartError, DatabaseError, KeyboardInterrupt) as error:
            console.print(f"Not started. {str(error).strip() or 'Interrupted.'}")
            return 1
        undo.pop_all()
    _first_admin()
    _where()
    return 0


def _keep(process: Process, started: list[Process]) -> Process:
    started.append(process)
    processes.save(process, _run_folder())
    return process


def _name_own_redis() -> None:
    """Without REDIS_URL, the server that we start has a password. Settings are read after this.

    One that listens on the usual port already may be anybody's: ours then gets another port.
    """
    env = read()
    if not env.redis_url:
        port = redis_server.USUAL_PORT
        env.keep(REDIS_URL_FILE, redis_server.new_url(processes.free_port() if processes.answers(port) else port))


def _start_redis(started: list[Process]) -> None:
    url = settings.CELERY_BROKER_URL
    if redis_server.answers(url):
        return
    if not redis_server.is_local(url):
        raise StartError(f"No Redis server answers at {_public(url)}.")
    if processes.answers(urlsplit(url).port or 6379):
        raise StartError(
            f"What answers at {_public(url)} is no Redis server that takes our password. Correct REDIS_URL; where it "
            f"is not set, remove {settings.DATA_DIR / REDIS_URL_FILE} and another port is chosen."
        )
    _keep(redis_server.start(_run_folder().parent / "redis", url, log=_log("redis")), started)
    console.print("redis is up.")


def _public(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"


def _start_services(started: list[Process]) -> None:
    known = processes.load(_run_folder())
    waiting = []
    for service in services.SERVICES:
        process = known.get(service.name)
        if process and processes.is_up(process):
            console.print(f"{service.name} is up already.")
        else:
            if process:
                processes.stop([process])  # its children may have outlived it
            process = _keep(_start(service), started)
        waiting.append((service, process))
    for service, process in waiting:
        processes.wait_until(process, functools.partial(service.healthy, process), seconds=START_SECONDS)
        if process in started:
            console.print(f"{service.name} is up.")


def _start(service: services.Service) -> Process:
    address = ""
    port = service.port()
    if port is not None:
        port = port or processes.free_port()
        address = f"127.0.0.1:{port}"
        if processes.answers(port):
            setting = {"web": "PORT", "flower": "FLOWER_PORT"}[service.name]
            raise StartError(f"Another program listens on {address}. Set {setting} to a free port.")
    return processes.start(
        service.name,
        service.argv(address),
        log=_log(service.name),
        env=services.environment(),
        cwd=BASE_DIR,
        address=address,
    )


def _first_admin() -> None:
    """Create the first superuser with a password that is shown now and kept nowhere."""
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(15)
    name = "admin" if not users.filter(username="admin").exists() else f"admin-{secrets.token_hex(2)}"
    users.create_superuser(username=name, email="", password=password)
    console.print(f"\nThe first user: {name}, password {password}  (shown this once; change it in the admin)")


def _where() -> None:
    web = processes.load(_run_folder())["web"].address
    console.print(f"\nAdmin    http://{web}/admin/\nFlower   http://{web}/flower/   (the same login)")
    console.print(f"Logs     {_log('web').parent}\nStop it with `make down`.")


# down


def down() -> int:
    """Stop all that is on record, and what it started."""
    known = processes.load(_run_folder())
    if not known:
        console.print("Nothing was running.")
        return 0
    _end(list(known.values()))
    left = {name: pids for name, process in known.items() if (pids := processes.members(process))}
    console.print(f"Still running: {left}." if left else f"Stopped: {', '.join(known)}.")
    return 1 if left else 0


def _end(running: list[Process]) -> None:
    """Stop Redis last: a worker that ends still speaks to it."""
    for group in ([p for p in running if p.name != "redis"], [p for p in running if p.name == "redis"]):
        processes.stop(group, seconds=STOP_SECONDS)
        for process in group:
            processes.forget(process, _run_folder())


# status


def status(*, as_json: bool) -> int:
    """Print each process and its state; 0 if all are up and answer, else 1."""
    rows = _rows()
    if as_json:
        console.print(json.dumps(rows, indent=2))
    else:
        heading: dict[str, object] = {name: name for name in rows[0]}
        for row in [heading, *rows]:
            console.print("{process:8} {state:14} {pid!s:>8}  {since:25}  {address:21}  {log}".format(**row).rstrip())
    return 0 if all(row["state"] == "up" for row in rows) else 1


def _rows() -> list[dict[str, object]]:
    known = processes.load(_run_folder())
    rows = [_row("redis", known.get("redis"), services.redis_is_ready)]
    if rows[0]["state"] == "down" and services.redis_is_ready():
        rows[0] |= {"state": "up", "address": _public(settings.CELERY_BROKER_URL), "log": "(not started by us)"}
    return rows + [_row(service.name, known.get(service.name), service.healthy) for service in services.SERVICES]


def _row(name: str, process: Process | None, healthy: services.Healthy) -> dict[str, object]:
    row: dict[str, object] = {"process": name, "state": "down", "pid": "", "since": "", "address": "", "log": ""}
    if process is None:
        return row
    row["log"] = process.log
    if processes.is_up(process):
        row |= {"pid": process.pid, "since": process.since.isoformat(), "address": process.address}
        row["state"] = "up" if healthy(process) else "not answering"
    return row


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.platform", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start what is not up")
    commands.add_parser("down", help="stop all of it")
    commands.add_parser("status", help="say what is up").add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.command == "down":
        with _one_at_a_time():
            return down()
    if arguments.command == "up":
        _name_own_redis()
    django.setup()
    if arguments.command == "status":
        return status(as_json=arguments.json)
    with _one_at_a_time():
        return up()


if __name__ == "__main__":
    with mistakes_in_one_line():
        sys.exit(main())

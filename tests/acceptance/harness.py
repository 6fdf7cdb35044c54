"""A platform of real processes for a test: Redis, worker, beat and web on a database of their own.

The test's own ORM works on that database too, so a test looks at rows as any other code does.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg
from django.db import ConnectionHandler, connections

from config import processes, redis_server, services
from config.env import BASE_DIR
from config.processes import Process
from tests.environment import clean_environment

T = TypeVar("T")
START_SECONDS = 60


def wait_for(found: Callable[[], T], *, seconds: float = 30, what: str = "") -> T:
    """The first true value that `found` returns; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"Not within {seconds:g} seconds: {what or found}"
        time.sleep(0.05)
    return value


def run(
    argv: list[str], environment: dict[str, str], *, ok: bool = True, cwd: Path = BASE_DIR
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; with `ok` an exit code other than 0 fails the test and shows what was said."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert not ok or done.returncode == 0, f"{argv} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


class Platform:
    """Use as a context: what was started inside is stopped at its end, also what a test has stopped with a signal."""

    def __init__(self, folder: Path, database_url: str, **environment: object) -> None:
        self.folder = folder
        self.redis_url = f"redis://127.0.0.1:{processes.free_port()}/0"
        self.environment = clean_environment(
            folder,
            DATABASE_URL=database_url,
            REDIS_URL=self.redis_url,
            PORT=processes.free_port(),
            FLOWER_PORT=processes.free_port(),
            PYTHONUNBUFFERED="1",
            **environment,
        )
        self.started: list[Process] = []

    def __enter__(self) -> "Platform":
        self.redis()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            self.signal(process, signal.SIGCONT)
        processes.stop([p for p in self.started if p.name != "redis"], seconds=5)
        processes.stop(self.started, seconds=5)

    # processes

    def redis(self, *, persistent: bool = False) -> Process:
        log = self.folder / "log" / "redis.log"
        process = redis_server.start(self.folder / "redis", self.redis_url, log=log, persistent=persistent)
        self.started.append(process)
        return process

    def start(self, name: str, argv: list[str], *, address: str = "", **environment: object) -> Process:
        """Start a process on this platform's environment; `environment` adds to it."""
        process = processes.start(
            name,
            argv,
            log=self.folder / "log" / f"{name}.log",
            env={**self.environment, **{key: str(value) for key, value in environment.items()}},
            cwd=BASE_DIR,
            address=address,
        )
        self.started.append(process)
        return process

    def worker(self, name: str = "worker", *options: str, **environment: object) -> Process:
        """Start a worker and wait until it takes messages."""
        argv = services.worker_argv("--hostname", f"{name}@test", *options)
        return self._when_signed_on(self.start(name, argv, **environment), "worker")

    def beat(self, name: str = "beat", **environment: object) -> Process:
        """Start a beat and wait until it has said that it is alive."""
        return self._when_signed_on(
            self.start(name, services.celery("beat", "--loglevel", "INFO"), **environment), "beat"
        )

    def web(self) -> Process:
        """Start the web process and wait until it is ready; its `address` is host and port."""
        address = f"127.0.0.1:{self.environment['PORT']}"
        return self._ready(self.start("web", services.web_argv(address), address=address), services.web_is_ready)

    def _when_signed_on(self, process: Process, role: str) -> Process:
        from jobs.models import Worker

        return self._ready(process, lambda p: Worker.objects.filter(role=role, pid=p.pid).exists())

    @staticmethod
    def _ready(process: Process, healthy: services.Healthy) -> Process:
        processes.wait_until(process, lambda: healthy(process), seconds=START_SECONDS)
        return process

    @staticmethod
    def signal(process: Process, number: int) -> None:
        """Send a signal to a process and to all of its group: SIGKILL, SIGSTOP, SIGCONT, …"""
        for pid in processes.members(process):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    # commands

    def manage(self, *arguments: str, ok: bool = True, **environment: object) -> subprocess.CompletedProcess[str]:
        """Run a command of `manage.py` to its end."""
        added = {key: str(value) for key, value in environment.items()}
        return run(processes.python("manage.py", *arguments), {**self.environment, **added}, ok=ok)

    def shell(self, code: str) -> Any:
        """Run Python code in a process of this platform; the value that it leaves in `result` comes back as JSON."""
        done = self.manage("shell", "--no-imports", "-c", f"{code}\nimport json; print(json.dumps(result))")
        return json.loads(done.stdout.splitlines()[-1])

    def logs(self) -> str:
        """The ends of all logs, for a test that failed."""
        return "\n\n".join(f"== {process.name}\n{processes.log_tail(process, 60)}" for process in self.started)


class Databases:
    """Makes migrated databases fast: the first of a kind is migrated, the others are copies of it."""

    def __init__(self, folder: Path, cluster: Callable[[], str]) -> None:
        self.folder = folder
        self.cluster = cluster  # starts PostgreSQL when it is first asked
        self._templates: dict[str, str] = {}
        self._count = 0

    def new(self, kind: str) -> str:
        """The URL of a fresh database; `kind` is "sqlite" or "postgresql"."""
        if kind not in self._templates:
            url = self._url(kind, "migrated")
            if kind == "postgresql":
                self._execute("CREATE DATABASE migrated")
            self._migrate(url)
            self._templates[kind] = url
        self._count += 1
        name = f"test_{self._count}"
        if kind == "postgresql":
            self._execute(f"CREATE DATABASE {name} TEMPLATE migrated")
        else:
            shutil.copy(self.folder / "migrated.sqlite3", self.folder / f"{name}.sqlite3")
        return self._url(kind, name)

    def _url(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        return urlunsplit(urlsplit(self.cluster())._replace(path=f"/{name}"))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.cluster(), autocommit=True) as connection:
            connection.execute(statement)

    def _migrate(self, url: str) -> None:
        environment = clean_environment(self.folder, DATABASE_URL=url)
        argv = processes.python("manage.py", "migrate", "--verbosity", "0")
        subprocess.run(argv, cwd=BASE_DIR, env=environment, check=True)


@contextlib.contextmanager
def orm_on(url: str) -> Iterator[None]:
    """Let this thread's ORM work on the database at `url`."""
    database = dict(dj_database_url.parse(url))
    if url.startswith("sqlite"):
        database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
    ours = ConnectionHandler({"default": database})["default"]
    before = connections["default"]
    connections["default"] = ours
    try:
        yield
    finally:
        ours.close()
        connections["default"] = before

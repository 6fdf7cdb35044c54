"""On what was measured: the machine and the versions of everything that takes part."""

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from config import redis_server
from tests import postgresql

PACKAGES = ("Django", "celery", "kombu", "redis", "django-celery-beat", "psycopg", "rq", "procrastinate")


def machine() -> str:
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = cpu[1] if cpu else platform.machine()
    return f"{name}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, Linux {platform.release()}"


def versions() -> str:
    programs = [
        f"Python {platform.python_version()}",
        f"PostgreSQL {_version_of(postgresql.program('postgres'))}",
        f"SQLite {sqlite3.sqlite_version}",
        f"{Path(redis_server.binary()).name} {_version_of(redis_server.binary())}",
    ]
    return ", ".join([*programs, *(f"{name} {version(name)}" for name in PACKAGES)])


def _version_of(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else said.strip()

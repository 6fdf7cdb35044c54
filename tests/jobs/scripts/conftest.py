"""A folder of scripts of a test's own, and a run of the job type `script` as a worker would do it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.execution import execute
from jobs.models import JobRun
from tests.jobs.factories import make_run

Write = Callable[..., Path]
# Ignores SIGTERM, and leaves a child, one in a session of its own, and one whose parent has ended.
STUBBORN = """#!/usr/bin/env python3
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for kind in ("child", "session", "background"):
    if os.fork() == 0:
        if kind != "child":
            os.setsid()
        if kind == "background" and os.fork():
            os._exit(0)
        print("process", os.getpid(), flush=True)
        if kind == "background":
            os.closerange(0, 256)
        time.sleep(600)
print("process", os.getpid(), flush=True)
time.sleep(WAIT)
"""


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    place = tmp_path / "scripts"
    place.mkdir(mode=0o755)
    settings.SCRIPTS_DIR = str(place)
    settings.SCRIPTS_WORK_DIR = str(tmp_path / "work")
    settings.DATA_DIR = tmp_path
    return place


@pytest.fixture
def write(folder: Path) -> Write:
    """Put a script into the folder."""

    def put(name: str, text: str, mode: int = 0o755) -> Path:
        path = folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    return put


@pytest.fixture
def run_script(db: None) -> Callable[..., JobRun]:
    """Run a script by name; the run as it is afterwards."""

    def run(name: str, fields: dict[str, Any] | None = None, **options: Any) -> JobRun:
        run = make_run(job_type="script", options={"script": name, **options}, **{"max_attempts": 1, **(fields or {})})
        execute(run.pk, worker="w1")
        run.refresh_from_db()
        return run

    return run


def lives(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def texts(run: JobRun, level: str = "") -> list[str]:
    return [line.text for line in run.log.all() if level in ("", line.level)]


def processes(run: JobRun) -> list[int]:
    return [int(text.split()[1]) for text in texts(run) if text.startswith("process ")]

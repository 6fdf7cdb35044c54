"""Where a script works, with which environment, and the lock that keeps two copies of a run apart on one machine."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from jobs.errors import GiveUp, RetryLater

FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Names that are never handed on, whatever the settings say: what they hold would open our own doors.
OURS = re.compile(r"KEY|SECRET|TOKEN|PASSW|CREDENTIAL|DSN|DATABASE_URL|REDIS_URL|BROKER|^ENV_FILE$|^PG|^REDISCLI")
FIXED = ("PATH", "LANG", "HOME")
PATH = "/usr/local/bin:/usr/bin:/bin"
AGAIN = 5.0  # seconds until another look whether the first copy has ended


def is_ours(name: str) -> bool:
    return OURS.search(name.upper()) is not None


def environment(home: Path, names: list[str]) -> dict[str, str]:
    """What a script finds: a usual path and language, its folder, and those of the worker's variables by name."""
    passed = {name: os.environ[name] for name in names if name in os.environ}
    return {**passed, "PATH": PATH, "LANG": "C.UTF-8", "HOME": str(home)}


@contextmanager
def folder(owner_id: UUID | None, name: str, run_id: UUID) -> Iterator[Path]:
    """The folder of that name, which only this owner's scripts get; without a name one that is removed afterwards."""
    path = Path(settings.SCRIPTS_WORK_DIR) / str(owner_id or "shared") / (name or f".{run_id}")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink():
        raise GiveUp(f"The working folder “{name}” is a link. Remove it.")
    try:
        yield path.resolve()
    finally:
        if not name:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def lock(run_id: UUID) -> Iterator[int]:
    """A descriptor that no second copy of the run gets while anybody holds it, for as long as a process has it open.

    Raises:
        RetryLater: a copy of the run lives on this machine.
    """
    place = Path(settings.DATA_DIR) / "scripts" / "locks"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / str(run_id)
    descriptor = _taken(path)
    if descriptor is None:
        words = "Another copy of this run still lives on this machine: this one waits until it has ended."
        raise RetryLater(words, seconds=AGAIN, counts=False)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
        _tidy(path)


def _taken(path: Path) -> int | None:
    """The file, open and locked; None where somebody else has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        with suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        os.close(descriptor)  # its holder has removed it in the meantime: this lock would keep nobody out


def _tidy(path: Path) -> None:
    """Remove the file, unless something of the script has outlived its guard and holds it still."""
    descriptor = _taken(path)
    if descriptor is not None:
        path.unlink()
        os.close(descriptor)

"""The folder that the operator puts scripts into: what lies there and keeps the rules may run, and nothing else."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from jobs.errors import ScriptRefused
from jobs.http import one_line
from jobs.scripts.declaration import Declaration, read

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
BESIDE = ".toml"  # ends the name of the file beside a script that declares its arguments
MOST_BYTES = 1024 * 1024  # of a script
STARTS = (b"#!", b"\x7fELF")
OFF = "Scripts are off: set SCRIPTS_DIR to the folder that they lie in."


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """A script that keeps the rules, as it was when it was looked at. `sha256` covers the file beside it too."""

    name: str
    path: Path
    sha256: str
    declaration: Declaration


def find(name: str) -> ScriptFile:
    """The script of that name.

    Raises:
        ScriptRefused: there is none, or it breaks a rule: a sentence says which.
    """
    folder = the_folder()
    if not NAME.fullmatch(name) or name.endswith(BESIDE):
        raise ScriptRefused(
            f"“{one_line(name, 60)}” is not a script's name: those are letters, digits, dots, hyphens and underscores."
        )
    path = folder / name
    content = _content(path, name)
    if not content.startswith(STARTS):
        raise ScriptRefused(f"“{name}” says in no first line (#!/…) what it is to be run with.")
    beside = path.with_name(name + BESIDE)
    declared = _content(beside, beside.name, is_script=False) if os.path.lexists(beside) else None
    digest = hashlib.sha256(content if declared is None else content + b"\0" + declared).hexdigest()
    return ScriptFile(name, path, digest, read(content, declared))


def the_folder() -> Path:
    """The folder itself; raises ScriptRefused where scripts are off or anybody may write there."""
    if not settings.SCRIPTS_DIR:
        raise ScriptRefused(OFF)
    folder = Path(settings.SCRIPTS_DIR)
    try:
        _check_owner(folder.stat(), "The folder SCRIPTS_DIR")
    except OSError as error:
        raise ScriptRefused(f"The folder SCRIPTS_DIR cannot be read: {error.strerror}.") from None
    if not folder.is_dir():
        raise ScriptRefused("SCRIPTS_DIR is not a folder.")
    return folder.resolve()


def names() -> list[str]:
    """What lies in the folder and may be meant as a script, in order."""
    found = [entry.name for entry in os.scandir(the_folder()) if not entry.is_dir()]
    return sorted(name for name in found if NAME.fullmatch(name) and not name.endswith(BESIDE))


def _content(path: Path, name: str, *, is_script: bool = True) -> bytes:
    """What is in the file, which is opened once, so that it is what was checked."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise ScriptRefused(f"There is no script “{name}”.") from None
    except OSError as error:
        why = "is a link" if path.is_symlink() else f"cannot be read: {error.strerror}"
        raise ScriptRefused(f"“{name}” {why}.") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ScriptRefused(f"“{name}” is not a file.")
        _check_owner(status, f"“{name}”")
        if is_script and not os.access(path, os.X_OK):
            raise ScriptRefused(f"“{name}” is not executable for the user that runs workers (chmod 755).")
        content = os.read(descriptor, MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MOST_BYTES:
        raise ScriptRefused(f"“{name}” is larger than {MOST_BYTES // 1024:,} KiB.")
    return content


def _check_owner(status: os.stat_result, what: str) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise ScriptRefused(f"{what} belongs to another user than root and the one that runs workers.")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ScriptRefused(f"{what} may be changed by others than its owner (chmod go-w).")

"""Processes of our own: start one, wait until it answers, stop it and whatever it started.

Each process leads a session of its own, so that Ctrl-C in a terminal does not reach it and its children can be found.
A process is known by its pid and by the kernel's moment of its start: a pid that was used again is another process.
"""

import contextlib
import functools
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

TOKEN = "BRANDBEAT_PROCESS"  # noqa: S105  the name of a variable; its value tells our children from other people's
LOG_TAIL_LINES = 20


class StartError(Exception):
    """A process did not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    name: str
    pid: int
    started: str  # the boot's id and the tick of the start
    token: str
    since: datetime
    log: str
    address: str = ""
    stop_signal: int = signal.SIGTERM


_record = TypeAdapter(Process)
_children: dict[int, subprocess.Popen[bytes]] = {}


def free_port() -> int:
    """A port of the loopback address that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def start(
    name: str,
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    address: str = "",
    user: str | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Process:
    """Start a process whose output goes to the end of `log`; as `user` where that is given (needs root).

    Raises:
        StartError: the program is missing or may not be run.
    """
    token = uuid.uuid4().hex
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**(os.environ if env is None else env), TOKEN: token},
                start_new_session=True,
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
            )
        except OSError as error:
            raise StartError(f"{name} cannot be started: {error}.") from error
    _children[child.pid] = child
    return Process(
        name=name,
        pid=child.pid,
        started=_started(child.pid) or "",
        token=token,
        since=datetime.now(UTC).replace(microsecond=0),
        log=str(log),
        address=address,
        stop_signal=stop_signal,
    )


@functools.cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third on (state, parent, group, …), or None where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _started(pid: int) -> str | None:
    """When that process started; None if it is gone, also if only its exit status is left."""
    fields = _stat(pid)
    return None if fields is None or fields[0] in "ZX" else f"{_boot()}:{fields[19]}"


def is_up(process: Process) -> bool:
    _reap(process.pid)
    return _started(process.pid) == process.started


def _reap(pid: int, seconds: float = 0) -> None:
    """Take the exit status; the threads of a process that was killed may outlast its first one for so long."""
    child = _children.get(pid)
    if child is None:
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
        del _children[pid]


def _has_token(pid: int, token: str) -> bool:
    try:
        return f"{TOKEN}={token}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def members(process: Process) -> list[int]:
    """Pids of what is alive in the process's group, itself included; without it, only those that carry its token."""
    leads = is_up(process)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        fields = _stat(int(entry.name))
        if fields is None or fields[0] in "ZX" or int(fields[2]) != process.pid:
            continue
        if leads or _has_token(int(entry.name), process.token):
            found.append(int(entry.name))
    return found


def _signal(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def stop(processes: Iterable[Process], *, seconds: float = 10) -> None:
    """Ask each process to end, wait, and kill what is left of its group after `seconds`.

    Only the process itself is asked, not its children: a worker then finishes what its children work at.
    """
    processes = list(processes)
    for process in processes:
        if is_up(process):
            _signal([process.pid], process.stop_signal)
    deadline = time.monotonic() + seconds
    while any(map(is_up, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in processes:
        _signal(members(process), signal.SIGKILL)
    while any(map(members, processes)) and time.monotonic() < deadline + 5:
        time.sleep(0.02)
    for process in processes:
        _reap(process.pid, seconds=1)


def wait_until(process: Process, healthy: Callable[[], bool], *, seconds: float) -> None:
    """Return as soon as `healthy` says so.

    Raises:
        StartError: the process ended, or `seconds` are over; the message ends with the last lines of its log.
    """
    deadline = time.monotonic() + seconds
    while not healthy():
        if not is_up(process):
            raise StartError(f"{process.name} ended at once. {log_tail(process)}")
        if time.monotonic() > deadline:
            raise StartError(f"{process.name} did not answer within {seconds:g} seconds. {log_tail(process)}")
        time.sleep(0.05)


def log_tail(process: Process, lines: int = LOG_TAIL_LINES) -> str:
    """The last lines of a process's log, with the place of the whole."""
    path = Path(process.log)
    text = path.read_text(errors="replace") if path.exists() else ""
    if not text.strip():
        return f"Its log {path} is empty."
    return f"The end of its log {path}:\n" + "\n".join(text.splitlines()[-lines:])


def save(process: Process, folder: Path) -> None:
    """Keep the record of a process in a file of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{process.name}.draft"
    draft.write_bytes(_record.dump_json(process))
    draft.rename(folder / f"{process.name}.json")


def load(folder: Path) -> dict[str, Process]:
    """The processes that are on record, by name."""
    found = (_record.validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json")))
    return {process.name: process for process in found}


def forget(process: Process, folder: Path) -> None:
    (folder / f"{process.name}.json").unlink(missing_ok=True)


def as_json(process: Process) -> dict[str, object]:
    return {**asdict(process), "since": process.since.isoformat()}


def python(*arguments: str) -> list[str]:
    """The argument vector that runs a module with this very interpreter: python("-m", "celery", …)."""
    return [sys.executable, *arguments]

"""Processes that a run has started, by whatever way: they end with it. Read from /proc; where there is none, none is
found."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SET_CHILD_SUBREAPER = 36  # prctl(2)


class Process:
    """This process, as one that works on a single run at a time, so that all of its children are that run's."""

    is_dedicated = False

    @classmethod
    def dedicate(cls) -> None:
        cls.is_dedicated = True
        adopt_orphans()

    @classmethod
    def ask_children_to_end(cls) -> None:
        if cls.is_dedicated:
            send(descendants(os.getpid()), signal.SIGTERM)

    @classmethod
    def end_children(cls) -> None:
        """Kill what is still there, also what has put itself into the background."""
        if cls.is_dedicated and has_children():
            send(descendants(os.getpid()), signal.SIGKILL)
            reap(children(os.getpid()))


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that they can be found."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def has_children() -> bool:
    """Whether this process has any, running or ended; one question to the system and no look at /proc."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it has ended in the meantime
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """Its children, their children and so on."""
    found: list[int] = []
    waiting = children(pid)
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


def send(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def signal_name(number: int) -> str:
    """As SIGKILL; a real-time signal has its number alone."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def reap(pids: Iterable[int]) -> None:
    """Forget children of this process that were killed."""
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)

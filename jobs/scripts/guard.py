"""The process between a worker and a script. It starts the script within its limits, and nothing of the script outlives
it: what forks, leaves its session or ignores SIGTERM is its descendant all the same, and is killed.

It reads its orders from standard input, a line each: first the plan, then moments of `time.monotonic` until which the
script may go on, `stop` or `kill`. The end of the input means that the worker is gone. Only the standard library and
`jobs.offspring` are imported here: it starts for every run.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from jobs import offspring

SET_PARENT_DEATH_SIGNAL, SET_NO_NEW_PRIVILEGES = 1, 38  # prctl(2)
AT_WORK = 0.05  # seconds between two looks while something is being ended
END_SECONDS = 10.0  # for which it tries to kill what is left
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Guard:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.until = float(plan["until"])
        self.script = 0
        self.status: int | None = None  # as of os.waitpid
        self.kill_at: float | None = None  # since when it is being ended, and when by force
        self.inputs = [0]
        self.orders = b""

    def run(self) -> None:
        self._listen()
        error = self._start()
        while self.status is None:
            self._hear()
            self._reap()
            self._press()
        self._report(error, left=self._end_all())

    def _listen(self) -> None:
        """Let a signal end the wait for the next order."""
        offspring.adopt_orphans()
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in HEARD:
            signal.signal(number, lambda *_: self._end(self.plan["grace"]))
        self.inputs.append(woken)

    def _start(self) -> str:
        """Fork into the script; what keeps it from starting, or ""."""
        told, tell = os.pipe()  # closed by the system when the script takes over
        self.script = os.fork()
        if self.script == 0:
            _become_script(self.plan, tell)
        os.close(tell)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):  # the script alone writes there
            os.dup2(nowhere, stream)
        return os.read(told, 1_000).decode(errors="replace")

    def _hear(self) -> None:
        wait = AT_WORK if self.kill_at is not None else max(0.0, min(self.until - time.monotonic(), 3600))
        ready, _, _ = select.select(self.inputs, [], [], wait)
        for descriptor in ready:
            data = os.read(descriptor, 4_096)
            if descriptor == 0 and not data:  # the worker is gone
                self.inputs.remove(0)
                self._end(self.plan["grace"])
            elif descriptor == 0:
                self._obey(data)

    def _obey(self, data: bytes) -> None:
        *orders, self.orders = (self.orders + data).split(b"\n")
        for order in orders:
            if order in (b"stop", b"kill"):
                self._end(self.plan["grace"] if order == b"stop" else 0)
            else:
                self.until = float(order)

    def _end(self, grace: float) -> None:
        moment = time.monotonic() + grace
        if self.kill_at is None:
            offspring.send(offspring.descendants(os.getpid()), signal.SIGTERM)
        self.kill_at = moment if self.kill_at is None else min(self.kill_at, moment)

    def _press(self) -> None:
        if time.monotonic() >= self.until:
            self._end(0)
        if self.kill_at is not None and time.monotonic() >= self.kill_at:
            offspring.send(offspring.descendants(os.getpid()), signal.SIGKILL)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.script:
                    self.status = status

    def _end_all(self) -> int:
        """Kill what the script has left behind, until nothing is left; the number of those that would not die."""
        give_up = time.monotonic() + END_SECONDS
        while (left := offspring.descendants(os.getpid())) and time.monotonic() < give_up:
            offspring.send(left, signal.SIGKILL)
            self._reap()
            time.sleep(0.01)
        return len(left)

    def _report(self, error: str, left: int) -> None:
        code = os.waitstatus_to_exitcode(self.status or 0)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = {
            "error": error,
            "exit_code": code if code >= 0 else None,
            "signal": offspring.signal_name(-code) if code < 0 else "",
            "cpu_seconds": round(used.ru_utime + used.ru_stime, 3),
            "memory_mb": round(used.ru_maxrss / 1024, 1),
            "left": left,
            "told": self.kill_at is not None,
        }
        os.write(self.plan["report"], json.dumps(report).encode())


def _become_script(plan: dict[str, Any], tell: int) -> NoReturn:
    """In the forked process: no terminal, no input, no further descriptors, no new privileges, and its limits."""
    try:
        os.setsid()
        _bind_to_guard()
        signal.set_wakeup_fd(-1)
        for number in (*HEARD, signal.SIGCHLD, signal.SIGQUIT, signal.SIGPIPE, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.set_inheritable(plan["report"], False)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name, most in {"CORE": [0, 0], **plan["limits"]}.items():
            _limit(getattr(resource, f"RLIMIT_{name}"), *most)
        argv = [part.encode() for part in plan["argv"]]
        os.execv(argv[0], argv)  # noqa: S606  an argument vector, no shell
    except (OSError, ValueError) as error:
        os.write(tell, str(getattr(error, "strerror", "") or error).encode())
    os._exit(127)


def _bind_to_guard() -> None:
    """Die with the guard, should somebody kill it, and never run as another user, whom it could not kill."""
    guard = os.getppid()
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        library.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if os.getppid() != guard:
        os._exit(127)


def _limit(which: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(which)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(which, (soft, hard))


def main() -> None:
    line = b""
    while not line.endswith(b"\n"):  # unbuffered, so that later orders are left for the guard
        part = os.read(0, 1)
        if not part:
            return
        line += part
    Guard(json.loads(line)).run()

"""A script as a process of a worker: started behind a guard, read from as it writes, ended when its run must stop."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from jobs import offspring
from jobs.context import RunContext
from jobs.errors import JobError, StaleRun

GRACE = 3.0  # seconds between SIGTERM and SIGKILL
PATIENCE = 8.0  # seconds beyond the grace after which the guard itself is killed
LOOK = 0.2  # seconds between two looks at the run
CHUNK = 65_536  # bytes
FAR = 1e15  # a moment that never comes
REPORT = "report"
START = "import sys; sys.path.insert(0, sys.argv[1]); from jobs.scripts.guard import main; main()"
ROOT = str(Path(__file__).parents[2])
Limits = dict[str, tuple[int, int]]  # names of resource.RLIMIT_…, soft and hard
Take = Callable[[str, bytes], None]  # gets the name of a stream and what it brought


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended: with an exit code, or by a signal, or it could not be started."""

    exit_code: int | None = None
    signal: str = ""
    error: str = ""
    cpu_seconds: float = 0
    memory_mb: float = 0
    left: int = 0  # processes that could not be killed
    told: bool = False  # to end, before it did

    @property
    def in_words(self) -> str:
        if self.error:
            return f"It could not be started: {self.error}."
        return f"It was ended by {self.signal}." if self.signal else f"It ended with exit code {self.exit_code}."


@dataclass(slots=True)
class ScriptProcess:
    """One attempt at one script. `lock` is a descriptor that the script holds open as long as anything of it lives."""

    argv: list[str]
    folder: Path
    environment: dict[str, str]
    limits: Limits
    lock: int
    _orders: int = -1  # the guard's standard input; that it is open says that the worker lives
    _until: float = 0
    _give_up_at: float = FAR  # set once it was told to end
    _report: bytearray = field(default_factory=bytearray)

    def run(self, context: RunContext, take: Take) -> Ended:
        """Start it and hand on what it writes until it has ended, by itself or because the run must stop.

        When this returns, nothing of the script is left; where it was stopped, `context.checkpoint` says why.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.ExitStack() as theirs:
                orders, self._orders = _pipe(theirs, stack)
                ends = {name: _pipe(stack, theirs) for name in ("stdout", "stderr", REPORT)}
                report = ends[REPORT][1]
                guard = self._start(orders, ends["stdout"][1], ends["stderr"][1], report)
            stack.callback(self._make_an_end, guard)
            self._brief(context, report)
            self._follow({ours: name for name, (ours, _) in ends.items()}, context, take)
        if self._report:
            return Ended(**json.loads(self._report))
        if guard.returncode < 0:
            return Ended(signal=offspring.signal_name(-guard.returncode))
        return Ended(error="its guard failed; the end of standard error says why")

    def _start(self, orders: int, stdout: int, stderr: int, report: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", START, ROOT],
            stdin=orders,
            stdout=stdout,
            stderr=stderr,
            env=self.environment,
            cwd=self.folder,
            pass_fds=(self.lock, report),
            start_new_session=True,
        )

    def _brief(self, context: RunContext, report: int) -> None:
        self._until = _allowed(context)
        plan = {"argv": self.argv, "limits": self.limits, "grace": GRACE, "until": self._until, "report": report}
        self._order(json.dumps(plan))

    def _order(self, line: str) -> None:
        data = f"{line}\n".encode()
        with contextlib.suppress(BrokenPipeError):  # it has ended in the meantime
            while data:
                data = data[os.write(self._orders, data) :]

    def _follow(self, names: dict[int, str], context: RunContext, take: Take) -> None:
        """Until the guard has reported, or is given up: then what is in the pipes still."""
        with selectors.DefaultSelector() as selector:
            for descriptor, name in names.items():
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ, name)
            while REPORT in (key.data for key in selector.get_map().values()) and time.monotonic() < self._give_up_at:
                for key, _ in selector.select(LOOK):
                    data = os.read(key.fd, CHUNK)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.data == REPORT:
                        self._report += data
                    else:
                        take(key.data, data)
                self._look(context)
        for descriptor, name in names.items():
            if name != REPORT:
                _drain(descriptor, name, take)

    def _look(self, context: RunContext) -> None:
        """Stop where the run must; else let the guard know for how long the run is this worker's."""
        if self._give_up_at < FAR:
            return
        try:
            context.checkpoint()
        except (JobError, TimeoutError) as error:
            self._give_up_at = time.monotonic() + GRACE + PATIENCE
            # Somebody else may have the run by now, so there is no time for a grace.
            self._order("kill" if isinstance(error, StaleRun) else "stop")
            return
        if _allowed(context) != self._until:
            self._until = _allowed(context)
            self._order(str(self._until))

    def _make_an_end(self, guard: "subprocess.Popen[bytes]") -> None:
        """Nothing is left but the guard on its way out; where that is not so, all of it is killed."""
        if not self._report:
            guard.send_signal(signal.SIGSTOP)  # so that it stays the parent of what is found
            offspring.send([*offspring.descendants(guard.pid), guard.pid], signal.SIGKILL)
        guard.wait()


def _pipe(reading: contextlib.ExitStack, writing: contextlib.ExitStack) -> tuple[int, int]:
    """Its two ends, each closed with its stack."""
    ends = os.pipe()
    reading.callback(os.close, ends[0])
    writing.callback(os.close, ends[1])
    return ends


def _allowed(context: RunContext) -> float:
    """Until when the guard lets the script go on should this worker fall silent."""
    return min(context.leased_until, context.deadline + GRACE, FAR)


def _drain(descriptor: int, name: str, take: Take, most: int = 4 * 1024 * 1024) -> None:
    """What is in the pipe still; a survivor that writes on is not waited for."""
    with contextlib.suppress(BlockingIOError):
        while most > 0 and (data := os.read(descriptor, CHUNK)):
            take(name, data)
            most -= len(data)

import os
import re
import signal
import subprocess
import sys
import time
from typing import Any

from jobs.job_type import JobType, OptionsModel, RunContext, job_type

CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
BACKTRACKING = "a" * 40 + "b"  # (a+)+$ takes years on it


@job_type
class Stubborn(JobType):
    """Starts processes, says which in its log, and then works in a way that never looks at its context."""

    name = "stubborn"
    label = "Stubborn"

    class Options(OptionsModel):
        way: str = "sleep"

    def run(self, context: RunContext) -> dict[str, Any]:
        metrics: dict[str, Any] = getattr(self, f"_{context.options.way}")(context)
        return metrics

    def _sleep(self, context: RunContext) -> dict[str, Any]:
        self._start_children(context)
        time.sleep(600)
        return {}

    def _regex(self, context: RunContext) -> dict[str, Any]:
        """Holds the interpreter's lock, so that no other thread of the process runs either."""
        self._start_children(context)
        re.match(r"(a+)+$", BACKTRACKING)
        return {}

    def _child(self, context: RunContext) -> dict[str, Any]:
        """Waits for a process that ends when it is asked to."""
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
            context.log(f"child {process.pid}")
            process.wait()
        context.checkpoint()
        return {"returned": process.returncode}

    def _leave(self, context: RunContext) -> dict[str, Any]:
        """Ends well and leaves something behind."""
        self._start_children(context)
        return {}

    def _die(self, context: RunContext) -> dict[str, Any]:
        self._start_children(context)
        return self._drop(context)

    def _drop(self, context: RunContext) -> dict[str, Any]:
        """Dies before anybody has seen that it began."""
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    def _parts(self, context: RunContext) -> dict[str, Any]:
        for part in range(60):
            context.progress(part + 1, 60)
            time.sleep(0.1)
        return {}

    def _nap(self, context: RunContext) -> dict[str, Any]:
        time.sleep(8)
        return {}

    def _well(self, context: RunContext) -> dict[str, Any]:
        return {}

    def _start_children(self, context: RunContext) -> None:
        """One child, and one that has put itself into the background: its own parent has ended."""
        child = subprocess.Popen([sys.executable, "-c", CHILD])
        start = (
            "import subprocess, sys\n"
            f"call = [sys.executable, '-c', {CHILD!r}]\n"
            "print(subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)"
        )
        background = subprocess.run(
            [sys.executable, "-c", start], capture_output=True, text=True, check=True, start_new_session=True
        )
        context.log(f"child {child.pid}")
        context.log(f"child {background.stdout.strip()}")
        time.sleep(1.5)  # until the log is written

"""The analysis in a process of its own: what a file does to it, by malice or by chance, ends there."""

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobs.analysis.source import MIB, File, Step, Unreadable

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 0.5  # seconds between two looks whether the run must stop
PIECE = 64 * 1024
OUT_OF_MEMORY = "memory"  # what the process calls this problem


def analyse_apart(
    file: File,
    *,
    before: File | None,
    most_bytes: int,
    memory: int,
    step: Step,
    checkpoint: Callable[[], None],
) -> dict[str, Any]:
    """What `analyse` finds, as JSON; `checkpoint` is called twice a second and may raise to stop.

    Raises:
        Unreadable: the file cannot be read, or the process needed more than `memory` bytes, or died of the file.
    """
    asked = {
        "file": [str(file.path), file.name],
        "before": [str(before.path), before.name] if before else None,
        "most_bytes": most_bytes,
        "memory": memory,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.analysis"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(),
    )
    assert process.stdin  # noqa: S101  (they are pipes)
    assert process.stdout  # noqa: S101
    try:
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        last = _listen(process, step, checkpoint)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    if "result" in last:
        result: dict[str, Any] = last["result"]
        return result
    raise Unreadable(_what_happened(last.get("problem", ""), process.returncode, memory))


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code is: the process has no use for keys."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "POLARS_MAX_THREADS": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _listen(process: "subprocess.Popen[bytes]", step: Step, checkpoint: Callable[[], None]) -> dict[str, Any]:
    """The last thing that the process says; what it says on the way is progress."""
    assert process.stdout  # noqa: S101
    said = b""
    last: dict[str, Any] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            checkpoint()
            if not selector.select(PATIENCE):
                continue
            piece = os.read(process.stdout.fileno(), PIECE)
            if not piece:
                process.wait()
                checkpoint()  # a run that is told to stop has its children ended first
                return last
            *lines, said = (said + piece).split(b"\n")
            for line in lines:
                last = json.loads(line)
                if "percent" in last:
                    step(last["percent"], last["words"])


def _what_happened(problem: str, code: int, memory: int) -> str:
    if problem and problem != OUT_OF_MEMORY:
        return problem
    if problem == OUT_OF_MEMORY or -code in (signal.SIGKILL, signal.SIGABRT):
        return f"Its analysis needs more than {memory // MIB} MB of memory, which is the most. Split the file."
    return f"Its analysis crashed (code {code}). Nothing else was touched; other files go on."

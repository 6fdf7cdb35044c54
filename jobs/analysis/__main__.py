"""The process of one analysis: a request as JSON on standard input, progress and result as lines of JSON on standard
output. `jobs.analysis.process` starts it."""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

PARENT_DEATH = 1  # prctl(2): PR_SET_PDEATHSIG
BESIDE = 256 * 1024 * 1024  # bytes of the data segment that libraries reserve and never touch


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def _bound(memory: int) -> None:
    """End with the parent, and before the machine's memory does."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_DATA, (memory + BESIDE, memory + BESIDE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    asked = json.load(sys.stdin)
    _bound(asked["memory"])
    from jobs.analysis.analysis import analyse  # within the bound
    from jobs.analysis.source import File, Unreadable

    files = [File(Path(each[0]), each[1]) if each else None for each in (asked["file"], asked["before"])]
    assert files[0] is not None  # noqa: S101
    try:
        found = analyse(
            files[0], asked["most_bytes"], lambda percent, words: _say({"percent": percent, "words": words}), files[1]
        )
        _say({"result": found.as_json()})
    except Unreadable as error:
        _say({"problem": str(error)})
    except MemoryError:
        _say({"problem": "memory"})


if __name__ == "__main__":
    main()

"""The world outside of the system, kept in a file that no part of the product reads.

An effect is asked for under a key, as of a provider that knows idempotency keys: the second request for a key is
noted and has no effect. Each line is written by one call, so that processes which are killed leave whole lines.
"""

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

BEGAN = "began"  # an attempt begins to work
EFFECT = "effect"
AGAIN = "again"  # an attempt asked for an effect that is there already


@dataclass(frozen=True, slots=True)
class Line:
    at: float  # seconds since 1970
    what: str
    run: str
    attempt: int
    pid: int


class Outside:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.keys = file.with_suffix(".keys")

    def note(self, what: str, run: object, attempt: int) -> None:
        line = Line(time.time(), what, str(run), attempt, os.getpid())
        with self.file.open("ab", buffering=0) as file:
            file.write(json.dumps(asdict(line)).encode() + b"\n")

    def effect(self, run: object, attempt: int) -> None:
        """The effect under the run's key, or a note that it was there already."""
        self.keys.mkdir(exist_ok=True)
        key = self.keys / str(run)
        what = AGAIN
        with suppress(FileExistsError):
            key.touch(exist_ok=False)
            what = EFFECT
        self.note(what, run, attempt)

    def lines(self) -> list[Line]:
        return [Line(**json.loads(line)) for line in self._text()]

    def _text(self) -> Iterable[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    def effects(self) -> int:
        """How many effects there are, cheap to ask again and again."""
        return sum(f'"{EFFECT}"' in line for line in self._text())

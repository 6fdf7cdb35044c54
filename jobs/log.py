"""The lines that a job type writes while it works, on their way to the database. Bounded: a run keeps so many."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from jobs import clock

LEVELS = ("debug", "info", "warning", "error")
MOST_LINES = 1_000  # of one run, over all its attempts
MOST_BYTES = 256 * 1024
MOST_OF_A_LINE = 4_000  # characters
RESERVED = 300  # bytes, for the line that says what was cut


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    level: str
    text: str


@dataclass(slots=True)
class Log:
    """Takes lines from any thread; `taken` hands out what has come in since it was last asked.

    `lines` and `bytes` are what the run has already, `cut` is how many lines were dropped in this attempt.
    """

    lines: int = 0
    bytes: int = 0
    cut: int = 0
    _waiting: deque[Line] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, text: str, level: str = "info") -> None:
        """Note the text, a line of the log for each of its lines; raise ValueError for a level that there is not."""
        if level not in LEVELS:
            raise ValueError(f"There is no level {level!r}. There are: {', '.join(LEVELS)}.")
        now = clock.now()
        with self._lock:
            for line in storable(text).splitlines() or [""]:
                self._write(Line(now, level, _shortened(line)))

    def _write(self, line: Line) -> None:
        size = len(line.text.encode())
        if self.cut or self.lines >= MOST_LINES - 1 or self.bytes + size > MOST_BYTES - RESERVED:
            self.cut += 1
            return
        self.lines, self.bytes = self.lines + 1, self.bytes + size
        self._waiting.append(line)

    def taken(self) -> list[Line]:
        with self._lock:
            lines = list(self._waiting)
            self._waiting.clear()
        return lines

    def put_back(self, lines: list[Line]) -> None:
        """They could not be written: they are the first of the next that are taken."""
        with self._lock:
            self._waiting.extendleft(reversed(lines))

    def closing(self) -> list[Line]:
        """The line that says what was cut, if anything was."""
        if not self.cut:
            return []
        words = f"{self.cut} more lines were cut: a run keeps {MOST_LINES:,} lines and {MOST_BYTES // 1024} KiB."
        return [Line(clock.now(), "warning", words)]


def storable(text: str) -> str:
    """The text without what PostgreSQL refuses: U+0000 and halves of surrogate pairs."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _shortened(line: str) -> str:
    rest = len(line) - MOST_OF_A_LINE
    return line if rest <= 0 else f"{line[:MOST_OF_A_LINE]}… ({rest:,} characters cut)"

"""What a script prints: into the run's log while it runs, and kept for a download, both within bounds."""

import re
from dataclasses import dataclass, field

from jobs.context import RunContext
from jobs.log import MOST_BYTES, MOST_LINES, RESERVED

LEVELS = {"stdout": "info", "stderr": "warning"}
LONGEST = 4_000  # bytes after which a line goes on in a new one
HEAD, TAIL = 0.6, 0.2  # of the room in the log: for the beginning of both streams, and for the end of each
# Control characters but the tab, and what turns the direction of a text round or breaks its line.
UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def escaped(data: bytes) -> str:
    """As text of one line: whatever is no text, or would not look like what it is, is written as `\\x1b`."""
    text = data.decode(errors="backslashreplace")
    return UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


@dataclass(slots=True)
class Stream:
    """The beginning and the end of what came, `most` bytes in all, and how much it was."""

    most: int
    size: int = 0
    told: int = 0  # bytes that are in the log already
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    line: bytearray = field(default_factory=bytearray)  # the last one, while it has no end

    def add(self, data: bytes) -> None:
        self.size += len(data)
        room = self.most // 2 - len(self.head)
        self.head += data[:room]
        self.tail += data[max(room, 0) :]
        if len(self.tail) > self.most:  # not at each, as moving it takes time
            del self.tail[: -self.most // 2]

    @property
    def end(self) -> bytes:
        return bytes(self.tail[-(self.most // 2) :])

    @property
    def cut(self) -> int:
        return max(0, self.size - len(self.head) - len(self.end))

    @property
    def kept(self) -> bytes:
        note = f"\n… {self.cut:,} bytes were cut here …\n".encode() if self.cut else b""
        return bytes(self.head) + note + self.end

    def last(self, most: int) -> bytes:
        """Up to that many bytes of its end that the log has not told."""
        untold = min(self.size - self.told, most)
        whole = self.end if self.cut else bytes(self.head) + self.end
        return whole[-untold:] if untold else b""


class Output:
    """Takes what both streams bring. An attempt that is not the last leaves half of the run's log to the next."""

    def __init__(self, context: RunContext, most: int) -> None:
        share = 1.0 if context.is_last_attempt else 0.5
        self.lines = int((MOST_LINES - 10 - context.lines.lines) * share)
        self.bytes = int((MOST_BYTES - 4 * RESERVED - context.lines.bytes) * share)
        self.tail_lines, self.tail_bytes = int(self.lines * TAIL), int(self.bytes * TAIL)
        self.lines, self.bytes = int(self.lines * HEAD), int(self.bytes * HEAD)
        self.streams = {name: Stream(most) for name in LEVELS}
        self._log = context.log

    def take(self, name: str, data: bytes) -> None:
        stream = self.streams[name]
        stream.add(data)
        if self._is_full:
            return
        stream.line += data
        while (end := _end_of_line(stream.line)) and not self._is_full:
            self._tell(name, bytes(stream.line[:end]))
            del stream.line[:end]

    def finish(self) -> None:
        """Write the last lines, and how much was cut before them."""
        for name, stream in self.streams.items():
            if stream.line and not self._is_full:
                self._tell(name, bytes(stream.line))
            stream.line.clear()
        for name, stream in self.streams.items():
            if stream.told < stream.size:
                self._tell_end(name, stream)

    @property
    def _is_full(self) -> bool:
        return self.lines <= 0 or self.bytes <= 0

    def _tell(self, name: str, raw: bytes) -> None:
        text = escaped(raw.removesuffix(b"\n").removesuffix(b"\r"))
        self._log(text, LEVELS[name])
        self.streams[name].told += len(raw)
        self.lines, self.bytes = self.lines - 1, self.bytes - len(text.encode())

    def _tell_end(self, name: str, stream: Stream) -> None:
        lines: list[str] = []
        room, told = self.tail_bytes, 0
        for raw in reversed(_lines(stream.last(self.tail_bytes))):
            text = escaped(raw.removesuffix(b"\n").removesuffix(b"\r"))
            room -= len(text.encode())
            if room < 0 or len(lines) >= self.tail_lines:
                break
            lines.append(text)
            told += len(raw)
        cut = stream.size - stream.told - told
        if cut:
            self._log(f"… {cut:,} bytes of {name} are cut here; what follows is its end.", "warning")
        for text in reversed(lines):
            self._log(text, LEVELS[name])


def _end_of_line(line: bytearray) -> int:
    """How many bytes the first line has that is at its end; 0 where none is."""
    end = line.find(b"\n", 0, LONGEST) + 1
    return end or (LONGEST if len(line) >= LONGEST else 0)


def _lines(data: bytes) -> list[bytes]:
    """Of a text whose beginning may be missing."""
    found = []
    *whole, rest = data.split(b"\n")  # a carriage return alone ends no line
    for line in [*(part + b"\n" for part in whole), rest]:
        found += [line[start : start + LONGEST] for start in range(0, len(line), LONGEST)]
    return found

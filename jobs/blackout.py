"""Blackout windows: hours on days of the week in which a job does not run, in the job's own time zone.

As JSON: `[{"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}]`. No days means every day. A window that ends
before it begins goes on into the next day and belongs to the day on which it begins; "24:00" is the end of the day.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.errors import InvalidSchedule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 20  # windows of one job
DAY = 24 * 60
MOMENT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
LINE = re.compile(r"(?:(?P<days>[a-z, –-]+?)\s+)?(?P<start>\d\d:\d\d)\s*[-–]\s*(?P<end>\d\d:\d\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Window:
    days: tuple[str, ...]
    start: int  # minutes since midnight
    end: int

    def covers(self, local: datetime) -> bool:
        """Whether the wall clock shows a moment inside; the first minute is inside, the last is not."""
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return DAYS[day] in self.days and self.start <= minute < self.end
        return (DAYS[day] in self.days and minute >= self.start) or (DAYS[day - 1] in self.days and minute < self.end)

    def __str__(self) -> str:
        named = "" if self.days == DAYS else f"{','.join(self.days)} "
        return f"{named}{_clock(self.start)}-{_clock(self.end)}"

    def as_json(self) -> dict[str, Any]:
        return {"days": list(self.days), "from": _clock(self.start), "to": _clock(self.end)}


def windows(data: Any) -> list[Window]:
    """The windows of that JSON, or of lines as `from_line` reads them.

    Raises:
        InvalidSchedule: with a sentence, where it is not such a list.
    """
    if not isinstance(data, list) or not all(isinstance(item, dict | str) for item in data):
        raise InvalidSchedule("Blackout windows are a list of lines, for example: sat,sun 22:00-06:00")
    if len(data) > MOST:
        raise InvalidSchedule(f"{len(data)} blackout windows are too many: {MOST} are the most.")
    return [from_line(item) if isinstance(item, str) else _window(item) for item in data]


def from_line(line: str) -> Window:
    """ "sat,sun 22:00-06:00", "mon-fri 08:00-18:00" or, for every day, "22:00-06:00"."""
    found = LINE.fullmatch(line.strip())
    if found is None:
        raise InvalidSchedule(f"“{line}” is not a window. Write for example: sat,sun 22:00-06:00")
    return _window({"days": _days(found["days"] or ""), "from": found["start"], "to": found["end"]})


def covering(found: list[Window], local: datetime) -> Window | None:
    """The first window that covers the moment."""
    return next((window for window in found if window.covers(local)), None)


def _window(item: dict[str, Any]) -> Window:
    unknown = set(item) - {"days", "from", "to"}
    if unknown:
        raise InvalidSchedule(
            f"A blackout window has days, from and to, but not {', '.join(sorted(map(str, unknown)))}."
        )
    names = item.get("days") or list(DAYS)
    wrong = [str(name) for name in names if name not in DAYS] if isinstance(names, list) else [str(names)]
    if wrong:
        raise InvalidSchedule(f"“{', '.join(wrong)}” is not a list of days. There are: {', '.join(DAYS)}.")
    start, end = _minutes(item.get("from")), _minutes(item.get("to"))
    if start in (end, DAY):
        raise InvalidSchedule("A blackout window must begin before 24:00 and end at another time than it begins.")
    return Window(tuple(day for day in DAYS if day in names), start, end)


def _minutes(text: Any) -> int:
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        raise InvalidSchedule(f"“{text}” is not a time of the day. Write 22:00.")
    return int(text[:2]) * 60 + int(text[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(text: str) -> list[str]:
    names: list[str] = []
    for part in filter(None, re.split(r"[,\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip().lower()))):
        first, _, last = part.partition("-")
        if last and first in DAYS and last in DAYS:
            start, length = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % 7 + 1
            names += [DAYS[(start + step) % 7] for step in range(length)]
        else:
            names.append(part)
    return names

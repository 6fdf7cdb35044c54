"""Debian cron's rules, walked minute by minute: slow, simple, and without the library that the product uses.

From crontab(5) and cron(8) of Debian: a day matches if day of month *or* day of week does where both are restricted
(neither begins with `*`), else if both do. A job whose minute and hour do not begin with `*` runs right after a gap
that its time fell into, and once in a repeated hour; any other job runs whenever the clock on the wall matches.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
ZONES = (
    "UTC",
    "Europe/Zurich",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",  # half an hour off the others
    "America/Santiago",  # changes at midnight
    "Asia/Beirut",  # changes at midnight
    "Africa/Cairo",  # changes at midnight
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Chatham",  # three quarters of an hour off the others, changes at 02:45
    "Asia/Kolkata",
)
START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 730


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute that happened: its moment, what the clock showed, whether for the second time, and what it skipped."""

    moment: datetime
    wall: datetime
    again: bool
    skipped: tuple[datetime, ...]


def fires(expression: str, minutes: list[Minute]) -> list[datetime]:
    """The moments among these minutes at which the expression fires."""
    parts = expression.split()
    allowed = [_values(part, *bounds) for part, bounds in zip(parts, RANGES, strict=True)]
    days = _Days(allowed[2], {day % 7 for day in allowed[4]}, any(parts[i].startswith("*") for i in (2, 4)))
    is_fixed = not parts[0].startswith("*") and not parts[1].startswith("*")

    def matches(wall: datetime) -> bool:
        return wall.minute in allowed[0] and wall.hour in allowed[1] and wall.month in allowed[3] and days.match(wall)

    if is_fixed:
        return [m.moment for m in minutes if (not m.again and matches(m.wall)) or any(map(matches, m.skipped))]
    return [m.moment for m in minutes if matches(m.wall)]


@dataclass(frozen=True, slots=True)
class _Days:
    of_month: set[int]
    of_week: set[int]  # 0 is Sunday
    both: bool

    def match(self, wall: datetime) -> bool:
        found = (wall.day in self.of_month, wall.isoweekday() % 7 in self.of_week)
        return all(found) if self.both else any(found)


def _values(part: str, low: int, high: int) -> set[int]:
    values: set[int] = set()
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        end = int(last or (high if step else first))
        values |= set(range(int(first), end + 1, int(step or 1)))
    return values


@cache
def window(zone: str, day: int, days: int = 3) -> list[Minute]:
    """All minutes of these days, counted from START in UTC."""
    local = ZoneInfo(zone)
    moment = START + timedelta(days=day)
    before = (moment - MINUTE).astimezone(local).replace(tzinfo=None)
    found = []
    for _ in range(days * 1440):
        aware = moment.astimezone(local)
        wall = aware.replace(tzinfo=None, fold=0)
        gap = (wall - before) // MINUTE - 1
        skipped = tuple(before + MINUTE * (n + 1) for n in range(gap))
        found.append(Minute(moment, wall, bool(aware.fold), skipped))
        before, moment = wall, moment + MINUTE
    return found


@cache
def changes(zone: str) -> list[int]:
    """The days, counted from START, on which the zone's clocks change."""
    local = ZoneInfo(zone)
    offsets = [(START + timedelta(days=day)).astimezone(local).utcoffset() for day in range(DAYS + 1)]
    return [day for day in range(DAYS) if offsets[day] != offsets[day + 1]]


def cases(count: int, seed: int) -> list[tuple[str, str, int, int]]:
    """(expression, zone, day, minute of that day at which one starts to look); three of four are near a change."""
    chance = random.Random(seed)
    found = []
    while len(found) < count:
        zone = ZONES[len(found) % len(ZONES)]
        around = changes(zone)
        day = chance.choice(around) - 1 if around and chance.random() < 0.75 else chance.randrange(0, DAYS, 30)
        found.append((_expression(chance), zone, max(day, 0), chance.randrange(2 * 1440)))
    return found


def _expression(chance: random.Random) -> str:
    minute = _part(chance, 0, 59, star=0.25)
    hour = _part(chance, 0, 4, star=0.3) if chance.random() < 0.8 else _part(chance, 0, 23, star=0.3)
    day = f"{_part(chance, 1, 28, star=0.7)} {_part(chance, 1, 12, star=0.8)} {_part(chance, 0, 7, star=0.6)}"
    return f"{minute} {hour} {day}"


def _part(chance: random.Random, low: int, high: int, star: float) -> str:
    if chance.random() < star:
        return chance.choice(["*", "*", f"*/{chance.randint(2, 12)}"])
    a, b = sorted((chance.randint(low, high), chance.randint(low, high)))
    return chance.choice([str(a), str(a), f"{a},{b}", f"{a}-{b}", f"{a}-{b}/{chance.randint(2, 5)}"])

"""Cron expressions in a time zone. cronsim is the one engine: it validates, previews, fires and finds missed ticks.

Its rules are Debian cron's: day-of-month OR day-of-week when both are set, 7 is Sunday too, a fixed time inside a DST
gap runs right after it, one inside a repeated hour runs once, and jobs like `*/5` run straight through both.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from jobs.errors import InvalidSchedule

FIELDS = 5
ONE_VALUE = re.compile(r"\b(\w+)-\1/\d+")  # cronsim reads "3-3/4" as "3/4"; in cron it is 3


class _Simulation(CronSim):
    """cronsim, also where clocks change by half an hour, within an hour or at midnight: no jump leads over a change."""

    def advance_hour(self) -> bool:
        if self.dt.tzinfo is not None:
            self.dt = self.dt.astimezone(UTC).astimezone(self.dt.tzinfo)  # out of a gap, if midnight is in one
        if self.dt.hour in self.hours:
            return False
        self.dt = self.dt.replace(second=0)
        while self.dt.hour not in self.hours:
            before = self.dt
            self.tick(seconds=3600 - 60 * self.dt.minute)  # to the beginning of the next hour
            if self.dt.utcoffset() != before.utcoffset():
                self._walk(before)
            if self.dt.hour == 0:  # look at month and day again
                break
        return True

    def advance_minute(self) -> bool:
        before = self.dt
        has_moved = super().advance_minute()
        if has_moved and self.dt.utcoffset() != before.utcoffset():
            self._walk(before.replace(second=0))
        return has_moved

    def _walk(self, start: datetime) -> None:
        """Go from `start`, minute by minute, to the first that fits or the first after the change of the clock."""
        self.dt = start
        while self.dt.utcoffset() == start.utcoffset():
            self.tick(seconds=60)
            if self.dt.hour in self.hours and self.dt.minute in self.minutes:
                break


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raise InvalidSchedule where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSchedule(
            f"“{name}” is not a time zone. Use a name such as UTC, Europe/Zurich or America/New_York."
        ) from None


def ticks(expression: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """The moments, in UTC and rising, at which the expression fires after (not at) the aware moment `after`.

    Raises:
        InvalidSchedule: the expression or the time zone is wrong.
    """
    after = after.astimezone(UTC)
    first = _first(expression, timezone, after)
    return chain(first, _further(expression, timezone, after, len(first)))


@lru_cache(maxsize=10_000)
def _first(expression: str, timezone: str, after: datetime) -> tuple[datetime, ...]:
    """The first two ticks, which dispatch asks of each job: of many that are due together, most are alike."""
    return tuple(islice(_simulated(expression, timezone, after), 2))


def _further(expression: str, timezone: str, after: datetime, known: int) -> Iterator[datetime]:
    yield from islice(_simulated(expression, timezone, after), known, None)


def _simulated(expression: str, timezone: str, after: datetime) -> Iterator[datetime]:
    local = after.astimezone(zone(timezone))
    if len(expression.split()) != FIELDS:
        raise InvalidSchedule(
            f"“{expression}” is not a cron expression: write five fields, minute, hour, day of month, month and day of "
            "week, for example 0 9 * * 1-5."
        )
    try:
        simulation = _Simulation(ONE_VALUE.sub(r"\1", expression), local)
    except CronSimError as error:
        reason = str(error)
        raise InvalidSchedule(f"“{expression}” can never fire: {reason[:1].lower()}{reason[1:]}.") from None
    return _rising(simulation, after)


def _rising(moments: Iterable[datetime], after: datetime) -> Iterator[datetime]:
    """The moments in UTC. Asked inside a repeated hour, cronsim begins with its first pass, which is over."""
    for moment in moments:
        utc = moment.astimezone(UTC)
        if utc > after:
            after = utc
            yield utc


def check(expression: str, timezone: str, now: datetime) -> None:
    """Raise InvalidSchedule unless the expression fires at least once more after `now`."""
    if next(ticks(expression, timezone, now), None) is None:
        raise InvalidSchedule(f"“{expression}” never fires: no such day exists.")


def preview(expression: str, timezone: str, start: datetime, count: int) -> list[datetime]:
    """The next `count` moments after `start`, in the schedule's own time zone."""
    local = zone(timezone)
    return [moment.astimezone(local) for moment in islice(ticks(expression, timezone, start), count)]


@lru_cache(maxsize=1_000)
def describe(expression: str) -> str:
    """The expression in words, for example "At 09:00 every day"."""
    try:
        return CronSim(expression, datetime.now(UTC)).explain()
    except CronSimError:
        return expression

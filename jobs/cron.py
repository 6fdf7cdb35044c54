"""Cron expressions in a time zone. cronsim is the one engine: it validates, previews, fires and finds missed ticks.

Its rules are Debian cron's: day-of-month OR day-of-week when both are set, 7 is Sunday too, a fixed time inside a DST
gap runs right after it, one inside a repeated hour runs once, and jobs like `*/5` run straight through both.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from jobs.errors import InvalidSchedule

FIELDS = 5


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
    local = after.astimezone(zone(timezone))
    if len(expression.split()) != FIELDS:
        raise InvalidSchedule(
            f"“{expression}” is not a cron expression: write five fields, minute, hour, day of month, month and day of "
            "week, for example 0 9 * * 1-5."
        )
    try:
        simulation = CronSim(expression, local)
    except CronSimError as error:
        reason = str(error)
        raise InvalidSchedule(f"“{expression}” can never fire: {reason[:1].lower()}{reason[1:]}.") from None
    return (moment.astimezone(UTC) for moment in simulation)


def check(expression: str, timezone: str, now: datetime) -> None:
    """Raise InvalidSchedule unless the expression fires at least once more after `now`."""
    if next(ticks(expression, timezone, now), None) is None:
        raise InvalidSchedule(f"“{expression}” never fires: no such day exists.")


def preview(expression: str, timezone: str, start: datetime, count: int) -> list[datetime]:
    """The next `count` moments after `start`, in the schedule's own time zone."""
    local = zone(timezone)
    return [moment.astimezone(local) for moment in islice(ticks(expression, timezone, start), count)]


def describe(expression: str) -> str:
    """The expression in words, for example "At 09:00 every day"."""
    try:
        return CronSim(expression, datetime.now(UTC)).explain()
    except CronSimError:
        return expression

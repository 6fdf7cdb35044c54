"""The fields that say when a job is due, and how a schedule is read from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from jobs import cron
from jobs.errors import InvalidSchedule
from jobs.models import ScheduledJob
from jobs.schedules import Schedule

PERIODS = ("days", "hours", "minutes", "seconds")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_AHEAD = timedelta(days=3660)


def sensible(moment: datetime) -> None:
    """Refuse years in which calendar arithmetic ends."""
    if not EARLIEST <= moment <= timezone.now() + LONGEST_AHEAD:
        raise ValidationError("Choose a moment from the year 2000 to ten years ahead.")


def is_zone(name: str) -> None:
    try:
        cron.zone(name)
    except InvalidSchedule as error:
        raise ValidationError(str(error)) from None


class ScheduleFields(serializers.Serializer):
    """A job has one kind of schedule: a cron expression with a time zone, an interval (`every`, `period`) or `at`."""

    cron_expression = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Five fields: minute, hour, day of month, month, day of week. Empty for another kind of schedule.",
    )
    timezone = serializers.CharField(
        source="time_zone", max_length=63, required=False, validators=[is_zone], help_text="Of the cron expression."
    )
    every = serializers.IntegerField(
        source="interval.every", min_value=1, max_value=100_000, required=False, allow_null=True
    )
    period = serializers.ChoiceField(PERIODS, source="interval.period", required=False, allow_null=True)
    at = serializers.DateTimeField(
        source="clocked.clocked_time", required=False, allow_null=True, validators=[sensible], help_text="Run once."
    )
    start_time = serializers.DateTimeField(
        required=False, allow_null=True, validators=[sensible], help_text="No run before it."
    )
    expires = serializers.DateTimeField(
        required=False, allow_null=True, validators=[sensible], help_text="No run from it on."
    )
    schedule_in_words = serializers.CharField(read_only=True)


def take_schedule(data: dict[str, Any], job: ScheduledJob | None) -> Schedule | None:
    """Take the schedule out of validated data; None where the job keeps the one it has."""
    zone = data.pop("time_zone", None)
    given = {
        "cron_expression": data.pop("cron_expression", ""),
        "every": {key: value for key, value in data.pop("interval", {}).items() if value},
        "at": data.pop("clocked", {}).get("clocked_time"),
    }
    kinds = [kind for kind, value in given.items() if value]
    if len(kinds) > 1:
        raise ValidationError({kinds[1]: [f"The job has {kinds[0]} already: give one kind of schedule."]})
    now = Schedule.of(job) if job else Schedule()
    now = replace(now, **{name: data.pop(name) for name in ("start_time", "expires") if name in data})
    wanted = _schedule(given, now, zone)
    if job is None and not kinds:
        raise ValidationError({"cron_expression": ["Say when: a cron expression, `every` with `period`, or `at`."]})
    return None if job is not None and wanted == Schedule.of(job) else wanted


def _schedule(given: dict[str, Any], now: Schedule, zone: str | None) -> Schedule:
    span = Schedule(start_time=now.start_time, expires=now.expires)
    if given["at"]:
        return replace(span, at=given["at"])
    if given["every"]:
        interval = {"every": now.every, "period": now.period, **given["every"]}
        if not (interval["every"] and interval["period"]):
            raise ValidationError({"period": ["An interval has both: `every` and `period`, for example 6 and hours."]})
        return replace(span, **interval)
    if given["cron_expression"]:
        return replace(span, cron_expression=given["cron_expression"], timezone=zone or now.timezone)
    return replace(now, timezone=zone or now.timezone)

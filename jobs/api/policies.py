"""The fields that say what happens where runs meet, where ticks are missed, and when nothing may run."""

from typing import Any

from rest_framework import serializers

from jobs.models import ScheduledJob
from jobs.models.scheduled_job import LOWEST_PRIORITY

POLICIES = (
    *("overlap", "catch_up", "misfire_grace_seconds", "jitter_seconds", "blackout", "queue", "priority"),
    *("timeout_seconds", "kill_after_seconds", "max_attempts", "backoff_seconds"),
)


class WindowsField(serializers.ListField):
    """Blackout windows as lines; what is wrong with one is said by the model."""

    child = serializers.CharField(max_length=100)

    def get_attribute(self, instance: ScheduledJob) -> list[str]:
        return [str(window) for window in instance.blackout_windows]

    def to_representation(self, data: Any) -> list[str]:
        return list(data)


class PolicyFields(serializers.Serializer):
    """Beside those that the model's own fields lead to."""

    blackout = WindowsField(
        required=False,
        help_text="Hours in which it does not run, in the schedule's time zone, for example: sat,sun 22:00-06:00",
    )
    queue = serializers.CharField(
        max_length=100,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="Only workers that take from this queue run it. Null: the default queue.",
    )
    priority = serializers.IntegerField(
        min_value=0,
        max_value=LOWEST_PRIORITY,
        required=False,
        allow_null=True,
        help_text="0 is first, 9 is last. Null counts as 0.",
    )

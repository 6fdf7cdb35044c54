from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs import clock


class Alert(models.Model):
    """Something is wrong from `first_seen_at` on until it is resolved. One of a key is open at a time.

    An alert without an owner is about the platform.
    """

    owner_path = "owner"

    class State(models.TextChoices):
        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=50)
    key = models.CharField(max_length=300)  # what it is about: the same thing is not said twice
    sentence = models.TextField()
    link = models.CharField(max_length=500, blank=True)  # a page of the site, from its root
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when it was sent to its channels
    told_over_at = models.DateTimeField(null=True, blank=True)  # when they were told that it is over
    told_to = models.JSONField(default=list)  # ids of the channels that took it and do not know yet that it is over
    tries = models.PositiveSmallIntegerField(default=0)
    tell_error = models.TextField(blank=True)

    class Meta:
        ordering = ["-first_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "key"], condition=Q(resolved_at=None, owner__isnull=False), name="one_open_alert_a_key"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(resolved_at=None, owner=None), name="one_open_platform_alert_a_key"
            ),
        ]
        indexes = [models.Index(fields=["-first_seen_at"], name="alerts_by_age")]

    def __str__(self) -> str:
        return self.sentence

    @property
    def state(self) -> State:
        if self.resolved_at is not None:
            return self.State.RESOLVED
        return self.State.ACKNOWLEDGED if self.acknowledged_at else self.State.OPEN


def in_state(state: Alert.State) -> Q:
    """The condition that `Alert.state` is this one."""
    if state == Alert.State.RESOLVED:
        return Q(resolved_at__isnull=False)
    return Q(resolved_at=None, acknowledged_at__isnull=state == Alert.State.OPEN)

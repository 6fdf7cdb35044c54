from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from brands.models.brand import Brand


class Rescore(models.Model):
    """New scores of all answers of a brand, computed beside the current ones, and how they differ."""

    owner_path = "brand__customer"

    class State(models.TextChoices):
        READY = "ready"  # computed, not looked at yet
        APPLIED = "applied"  # its scores became the current ones
        DISCARDED = "discarded"  # turned down, or overtaken by a later one

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="rescores")
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    tracked = models.CharField(max_length=16)  # fingerprint of the names and rules that were looked for
    versions = models.JSONField()  # of the scorers, by name
    answers = models.PositiveIntegerField()
    counts = models.JSONField()  # of the differences, by kind
    differences = models.JSONField(default=list)  # the first of them
    started_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["brand"], condition=models.Q(state="ready"), name="one_rescore_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.created_at:%Y-%m-%d %H:%M}"

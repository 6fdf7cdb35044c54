from django.db import models
from django.db.models import F, Q

from jobs import clock


class RunEvent(models.Model):
    """One step of a run: from, to, when, why and by whom."""

    owner_path = "run__owner"

    run = models.ForeignKey("jobs.JobRun", models.CASCADE, related_name="events")
    at = models.DateTimeField(default=clock.now)
    from_status = models.CharField(max_length=12, blank=True)  # "" for the first
    to_status = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=200, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_status=F("to_status")), name="event_changes_the_status"),
        ]

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"

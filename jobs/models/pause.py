from django.db import models
from django.db.models import Q

from jobs import clock


class Pause(models.Model):
    """While its one row exists, no schedule starts a run: each due tick is skipped and says so."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    since = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="pause_is_one_row")]

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        reason = f": {self.reason.rstrip('.')}" if self.reason else ""
        return f"All schedules are paused{by} since {self.since:%Y-%m-%d %H:%M} UTC{reason}."

    @classmethod
    def current(cls) -> "Pause | None":
        return Pause.objects.first()

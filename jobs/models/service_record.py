from datetime import datetime

from django.db import models
from django.db.models import F

from jobs import clock
from jobs.models.service import Service
from jobs.records import LONGEST_ID


class ServiceRecord(models.Model):
    """One status record, as the service sent it."""

    owner_path = "service__owner"

    service = models.ForeignKey(Service, models.CASCADE, related_name="records")
    record_id = models.CharField(max_length=LONGEST_ID)
    at = models.DateTimeField()  # its own time; the moment of its arrival where it says none
    data = models.JSONField()
    stored_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "service record"
        constraints = [models.UniqueConstraint(fields=["service", "record_id"], name="one_record_an_id")]
        indexes = [
            models.Index(F("service"), F("at").desc(), F("id").desc(), name="records_of_a_service"),
            models.Index(fields=["at"], name="records_by_age"),
        ]

    def __str__(self) -> str:
        at: datetime = self.at
        return f"{self.service} · {at:%Y-%m-%d %H:%M}"

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from jobs import clock
from jobs.channels import channel_problem
from jobs.sealing import seal, unseal


class Channel(models.Model):
    """Where the alerts of an owner are sent. `url` is written and never shown: it holds tokens."""

    owner_path = "owner"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    sealed_url = models.TextField(editable=False)
    is_active = models.BooleanField("active", default=True)
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "alert channel"

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """In plain text; raises NotConfigured where no key opens it."""
        return unseal(self.sealed_url)

    @url.setter
    def url(self, text: str) -> None:
        self.sealed_url = seal(text)

    @property
    def service(self) -> str:
        """What kind of place it is: slack, webhook."""
        scheme = self.url.partition("://")[0]
        return "webhook" if scheme in ("http", "https") else scheme

    def clean(self) -> None:
        if problem := channel_problem(self.url if self.sealed_url else ""):
            raise ValidationError({"url": problem})

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude={*(exclude or ()), "sealed_url"})

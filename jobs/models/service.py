"""External services whose status records are pulled, and the records."""

import re
from typing import Any
from uuid import uuid4

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from jobs import clock
from jobs.errors import ServiceError
from jobs.guard import checked_url
from jobs.models.alert import Alert
from jobs.presets import PRESETS
from jobs.pulling import Asks, Source
from jobs.records import LONGEST_PATH, Shape, path_problem
from jobs.sealing import seal, unseal
from jobs.thresholds import Threshold, thresholds

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
PARAMETER = re.compile(r"[A-Za-z0-9_.\[\]-]{0,50}")
FORBIDDEN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")
LONGEST_SECRET = 4096
TAKEN = "There is a service of this name already."
PATHS = ("records_path", "id_path", "time_path", "cursor_path")
WRITTEN_BY_SYNCS = frozenset(
    {"cursor", "records_until", "last_tried_at", "last_synced_at", "last_error", "failures", "done_in_run"}
)
# A change of these makes what was learned of the API worthless.
ASKED = ("url", "asks", "asks_param", "cursor_path", "cursor_param")


class Service(models.Model):
    """Something with a JSON API that says how it does. `secret` is written and never shown."""

    owner_path = "owner"

    class Health(models.TextChoices):
        NEW = "new", "never synced"
        HEALTHY = "healthy"
        FAILING = "failing"
        OFF = "off"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    preset = models.CharField(
        max_length=20, choices=[(key, preset["label"]) for key, preset in PRESETS.items()], default="generic"
    )
    url = models.CharField("address", max_length=1000, help_text="Where the records are: https://…")
    auth_header = models.CharField(
        "header", max_length=100, blank=True, help_text="That carries the secret, for example x-api-key."
    )
    sealed_secret = models.TextField(blank=True, editable=False)
    records_path = models.CharField(
        "records",
        max_length=LONGEST_PATH,
        blank=True,
        help_text="JSON path to the records in the body, for example $.data[*]. Empty: found by the usual names.",
    )
    id_path = models.CharField(
        "id", max_length=LONGEST_PATH, blank=True, help_text="Of a record. Empty: its id, or one made of what it says."
    )
    time_path = models.CharField(
        "time", max_length=LONGEST_PATH, blank=True, help_text="Of a record. Empty: found by the usual names."
    )
    asks = models.CharField(
        "asks for",
        max_length=10,
        choices=[
            (Asks.ALL.value, "everything each time"),
            (Asks.DAYS.value, "the last days"),
            (Asks.SINCE.value, "what is newer than a moment"),
            (Asks.CURSOR.value, "what comes after a cursor"),
        ],
        default=Asks.ALL.value,
    )
    asks_param = models.CharField(
        "parameter", max_length=50, blank=True, help_text="That carries the days or the moment, for example days."
    )
    cursor_path = models.CharField(
        "next cursor", max_length=LONGEST_PATH, blank=True, help_text="JSON path in the body, where there are pages."
    )
    cursor_param = models.CharField("cursor parameter", max_length=50, blank=True)
    thresholds = models.JSONField(default=list, blank=True)
    labels = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("active", default=True)

    cursor = models.TextField(blank=True, editable=False)
    records_until = models.DateTimeField(null=True, blank=True, editable=False)  # up to here all are there
    last_tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)  # in a row
    done_in_run = models.UUIDField(null=True, blank=True, editable=False)  # the last run in which it was synced
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="one_service_a_name",
                violation_error_message=TAKEN,
            ),
            models.CheckConstraint(condition=Q(asks__in=sorted(Asks)), name="service_asks_in_a_known_way"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A form may have been open while the service was synced, so what a sync writes is not written back."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            names = {field.name for field in self._meta.concrete_fields if not field.primary_key} - WRITTEN_BY_SYNCS
            before = Service.objects.filter(pk=self.pk).values(*ASKED).first()
            if before != {name: getattr(self, name) for name in ASKED}:
                self.cursor, self.records_until = "", None
                names |= {"cursor", "records_until"}
            kwargs["update_fields"] = names
        super().save(*args, **kwargs)
        if not self.is_active:
            self.resolve_alerts()

    @property
    def secret(self) -> str:
        """In plain text; raises NotConfigured where no key opens it."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = seal(text)

    @property
    def has_secret(self) -> bool:
        return bool(self.sealed_secret)

    @property
    def health(self) -> Health:
        if not self.is_active:
            return self.Health.OFF
        if self.failures:
            return self.Health.FAILING
        return self.Health.HEALTHY if self.last_synced_at else self.Health.NEW

    @property
    def limits(self) -> list[Threshold]:
        try:
            return thresholds(self.thresholds)
        except ValueError:  # a row that was written past the forms
            return []

    def source(self) -> Source:
        """What to ask of it; raises NotConfigured where its secret cannot be read."""
        secret = self.secret
        # What follows the last space is the key itself, in "Bearer abc".
        secrets = tuple(dict.fromkeys(filter(None, [secret, secret.rpartition(" ")[2]])))
        return Source(
            id=self.pk,
            name=self.name,
            url=self.url,
            headers={self.auth_header: secret} if self.auth_header and secret else {},
            secrets=secrets,
            shape=Shape(self.records_path, self.id_path, self.time_path, self.cursor_path),
            asks=Asks(self.asks),
            asks_param=self.asks_param,
            cursor_param=self.cursor_param,
            cursor=self.cursor if self.asks == Asks.CURSOR else "",
            until=self.records_until,
        )

    def resolve_alerts(self) -> None:
        """Nobody looks at it any more."""
        found = Alert.objects.filter(key__startswith=f"service:{self.pk}:", resolved_at=None)
        found.update(resolved_at=clock.now())

    def clean(self) -> None:
        self.name = self.name.strip()
        wrong = {name: problem for name in PATHS if (problem := path_problem(getattr(self, name)))}
        wrong |= {name: sentence for name, sentence in self._checks() if sentence}
        try:
            checked_url(self.name, self.url)
            self._keep_secret_at_home()
        except ServiceError as error:
            wrong["url"] = str(error)
        try:
            self.thresholds = [each.as_json() for each in thresholds(self.thresholds)]
        except ValueError as error:
            wrong["thresholds"] = str(error)
        if wrong:
            raise ValidationError(wrong)

    def _checks(self) -> list[tuple[str, str]]:
        header_is_right = HEADER.fullmatch(self.auth_header) and self.auth_header.lower() not in FORBIDDEN_HEADERS
        labels_are_right = isinstance(self.labels, list) and all(
            isinstance(label, str) and 0 < len(label) <= 50 for label in self.labels
        )
        parameter = "Use letters, digits, _, . and -."
        return [
            ("auth_header", "" if not self.auth_header or header_is_right else "This is not a header's name."),
            ("labels", "" if labels_are_right and len(self.labels) <= 20 else "Write at most 20 short labels."),
            ("asks_param", "" if PARAMETER.fullmatch(self.asks_param) else parameter),
            ("cursor_param", "" if PARAMETER.fullmatch(self.cursor_param) else parameter),
            ("cursor_path", "" if self.cursor_path or self.asks != Asks.CURSOR else "Say where the next cursor is."),
        ]

    def _keep_secret_at_home(self) -> None:
        """Who may write and may not read the secret must not get it by sending it elsewhere."""
        before = Service.objects.filter(pk=self.pk).values_list("url", "sealed_secret").first()
        if before is None or not self.sealed_secret or before[1] != self.sealed_secret:
            return
        if _origin(before[0]) != _origin(self.url):
            raise ServiceError("This is another host: enter the secret again.")


@receiver(pre_delete, sender=Service)
def _resolve_alerts(instance: Service, **_: Any) -> None:
    instance.resolve_alerts()


def check_secret(text: str) -> str:
    """What is wrong with a secret, in a sentence; "" where nothing is."""
    if len(text) > LONGEST_SECRET or not text.isascii() or not text.isprintable():
        return f"A secret is one line of at most {LONGEST_SECRET} visible ASCII characters."
    return ""


def _origin(url: str) -> tuple[str, bytes]:
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.netloc

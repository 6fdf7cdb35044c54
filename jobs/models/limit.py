from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from jobs.access import OWNER, SUBJECT
from jobs.job_type import job_types

EACH = "*"
MODELS = {OWNER: settings.JOBS_OWNER_MODEL, SUBJECT: settings.JOBS_SUBJECT_MODEL}


def kinds() -> list[str]:
    """What runs can be limited by: what each has, and what job types name beside it."""
    named = {kind for _, job_type in job_types.items() for kind in job_type.key_kinds}
    return ["queue", OWNER, SUBJECT, "job_type", *sorted(named)]


class Limit(models.Model):
    """How many runs of a kind may be at work at once over all workers, and how many may start in a span of time."""

    kind = models.CharField(max_length=50)
    value = models.CharField(
        max_length=200, default=EACH, help_text="Which one, by its name or id; * is each one for itself."
    )
    at_once = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="Runs that may be at work at the same time, over all workers. Empty: any number.",
    )
    starts = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text="Runs that may start within the span below. Empty: any number.",
    )
    per_seconds = models.PositiveIntegerField(
        "span in seconds", default=60, validators=[MinValueValidator(1), MaxValueValidator(86_400)]
    )

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                name="one_limit_a_key",
                violation_error_message="There is such a limit already.",
            ),
            models.CheckConstraint(
                condition=Q(at_once__isnull=False) | Q(starts__isnull=False),
                name="limit_limits_something",
                violation_error_message="Say how many may be at work at once, or how many may start, or both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    def clean(self) -> None:
        """Refuse a kind that no run has; a customer or brand may be given by its name, its id is kept."""
        if self.kind not in kinds():
            raise ValidationError({"kind": f"There is no kind “{self.kind}”. There are: {', '.join(kinds())}."})
        self.value = self.value.strip()
        if self.kind in MODELS and self.value != EACH:
            self.value = self._id_of_row()

    def _id_of_row(self) -> str:
        rows = self._rows()
        found = rows.filter(name=self.value)[:2] if not _is_uuid(self.value) else rows.filter(pk=self.value)[:2]
        if len(found) != 1:
            many = "There is no" if not found else "There is more than one"
            raise ValidationError({"value": f"{many} {self.kind} “{self.value}”. Give its name or its id, or *."})
        return str(found[0].pk)

    def _rows(self) -> models.QuerySet[Any]:
        model: Any = apps.get_model(MODELS[self.kind])
        return model.objects.all()  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """Of what is limited, as people call it."""
        if self.value == EACH:
            return f"each {self.kind.replace('_', ' ')}"
        row = self._rows().filter(pk=self.value).first() if self.kind in MODELS else None
        return str(row or self.value)


def key_in_words(key: str) -> str:
    """A key with the name of what it stands for, where there is one."""
    kind, _, value = key.partition(":")
    return f"{kind.replace('_', ' ')} {Limit(kind=kind, value=value).name}"


class Pace(models.Model):
    """When the latest runs of a key have started: as many as its limit counts, in seconds since 1970."""

    key = models.CharField(max_length=300, unique=True)
    starts = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.key


def _is_uuid(text: str) -> bool:
    try:
        models.UUIDField().to_python(text)
    except ValidationError:
        return False
    return True

"""What superusers have decided about a script of the operator's folder, and what a script has printed."""

from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs import clock
from jobs.access import Right, may_anywhere, scope
from jobs.models.run import JobRun


class ScriptQuerySet(models.QuerySet["Script"]):
    def reached_by(self, user: Any, right: Right = Right.READ) -> Self:
        """Those that superusers have released to an owner with whom the user has that right, or to all."""
        if user.is_active and user.is_superuser:
            return self
        if not may_anywhere(user, right):
            return self.none()
        owners = scope(apps.get_model(settings.JOBS_OWNER_MODEL)._default_manager.all(), user, right)
        links = Script.released_to.through.objects.filter(**{f"{_owner_field()}__in": owners})
        return self.filter(Q(is_released=True) | Q(pk__in=links.values("script_id")))


class Script(models.Model):
    """A script by its name, which is all that the file and this row have in common.

    Without a release only jobs without an owner may run it, and those are reached by superusers alone.
    """

    class State(models.TextChoices):
        NEW = "new"  # nobody has approved it
        APPROVED = "approved"
        CHANGED = "changed"  # since it was approved
        REFUSED = "cannot run"  # it breaks a rule, or is gone

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # when it was last seen, on whichever machine
    seen_at = models.DateTimeField(default=clock.now)
    problem = models.TextField(blank=True)  # why it could not run when it was last seen, in a sentence
    approved_sha256 = models.CharField(max_length=64, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    is_released = models.BooleanField(
        "released to all", default=False, help_text="Every customer's operators may run it, with their own jobs."
    )
    released_to: Any = models.ManyToManyField(
        settings.JOBS_OWNER_MODEL,
        blank=True,
        related_name="+",
        help_text="Their operators may run it. Without any, superusers alone run it.",
    )

    objects = ScriptQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_sha256="", approved_at=None)
                | ~Q(approved_sha256="") & Q(approved_at__isnull=False),
                name="script_approval_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> "Script.State":
        if self.problem:
            return Script.State.REFUSED
        if not self.approved_sha256:
            return Script.State.NEW
        return Script.State.APPROVED if self.approved_sha256 == self.sha256 else Script.State.CHANGED

    def approve(self, sha256: str, user: Any) -> None:
        """Let the script run as it is with that hash."""
        self.approved_sha256, self.approved_by, self.approved_at = sha256, user, clock.now()
        self.save(update_fields=["approved_sha256", "approved_by", "approved_at"])

    def is_released_to(self, owner_id: UUID) -> bool:
        return self.is_released or self.released_to.filter(pk=owner_id).exists()


def _owner_field() -> str:
    return str(apps.get_model(settings.JOBS_OWNER_MODEL)._meta.model_name)


class RunOutput(models.Model):
    """What one attempt at a script has printed to one stream: its beginning and its end, where it was too much."""

    class Stream(models.TextChoices):
        STDOUT = "stdout"
        STDERR = "stderr"

    owner_path = "run__owner"

    run = models.ForeignKey(JobRun, models.CASCADE, related_name="outputs")
    attempt = models.PositiveSmallIntegerField()
    stream = models.CharField(max_length=6, choices=Stream)
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()  # bytes that were printed

    class Meta:
        ordering = ["attempt", "stream"]
        verbose_name = "output"
        constraints = [models.UniqueConstraint(fields=["run", "attempt", "stream"], name="one_output_a_stream")]

    def __str__(self) -> str:
        return f"{self.stream} of attempt {self.attempt}"

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from jobs import clock
from jobs.analysis.finding_type import FindingType
from jobs.models.run import JobRun


class UploadedFileQuerySet(models.QuerySet["UploadedFile"]):
    def new(self) -> Self:
        """Those that no run has been through. One that failed is tried again by hand only."""
        return self.filter(analysed_at=None, problem="")


class UploadedFile(models.Model):
    """A table that somebody uploaded. Its content lies under its hash, once for all that have the same."""

    owner_path = "owner"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # as it was called where it came from; never a path
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    kind = models.CharField(max_length=10, help_text="By its content.")
    description = models.TextField(
        "business",
        max_length=500,
        blank=True,
        help_text="What the business is and what a row stands for, in a sentence. It is shown beside the insights.",
    )
    series = models.CharField(
        max_length=100,
        blank=True,
        help_text="A name that files of the same kind share, for example “monthly orders”: each is compared with the "
        "one before.",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=clock.now, db_index=True, editable=False)
    run = models.ForeignKey(JobRun, models.SET_NULL, null=True, blank=True, related_name="files", editable=False)
    analysed_at = models.DateTimeField(null=True, blank=True, editable=False)
    problem = models.TextField(blank=True, editable=False)  # why the last analysis failed, in a sentence
    rows = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    profile = models.JSONField(default=list, blank=True, editable=False)  # what each column holds
    narrative = models.JSONField(null=True, blank=True, editable=False)  # a Narrative, its provider, model, written_at

    objects = UploadedFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "file"
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="one_file_a_content"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """In a word: a run's status while one is open, else what came of the last one."""
        if self.run is not None and self.run.is_open:
            return str(self.run.status)
        if self.problem:
            return "failed"
        return "analysed" if self.analysed_at else "new"


class Insight(models.Model):
    """Something that was found in a file, how sure it is, and what it was computed from."""

    owner_path = "file__owner"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    file = models.ForeignKey(UploadedFile, models.CASCADE, related_name="insights")
    place = models.PositiveSmallIntegerField()  # surest first
    type = models.CharField(max_length=20, choices=[(each.value, each.value.capitalize()) for each in FindingType])
    title = models.CharField(max_length=300)
    content = models.JSONField(default=dict)
    confidence = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    basis = models.TextField()  # how the confidence was reached
    evidence = models.JSONField(default=dict)  # columns, rows, and the test with statistic, p, corrected p and effect
    chart = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="insights_of_a_file_are_in_order"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="confidence_is_from_zero_to_one"
            ),
        ]

    def __str__(self) -> str:
        return self.title

"""What a collector said, kept as it came, and the pages it named."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from brands.models.body import WithBody
from brands.models.brand import Brand
from brands.models.query import Query


class Answer(WithBody):
    """One collector's answer to one query in one sample of one run."""

    owner_path = "brand__customer"

    class Status(models.TextChoices):
        WAITING = "waiting"  # handed in to an asynchronous provider, not ready yet
        ANSWERED = "answered"
        EMPTY = "empty"
        ABSENT = "absent"
        REFUSED = "refused"
        FAILED = "failed"

    class CostSource(models.TextChoices):
        BILLED = "billed"
        ESTIMATED = "estimated"
        UNKNOWN = "", "unknown"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    run = models.ForeignKey("jobs.JobRun", models.SET_NULL, null=True, related_name="answers")
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="answers")
    query = models.ForeignKey(Query, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=1000)  # the query's text as it was asked
    collector = models.CharField(max_length=50)
    sample = models.PositiveSmallIntegerField(default=1)

    status = models.CharField(max_length=10, choices=Status)
    text = models.TextField(blank=True)
    error = models.TextField(blank=True)
    is_retryable = models.BooleanField(default=False)  # of a failed one: the same question may succeed later

    provider = models.CharField(max_length=50, blank=True)
    failed_providers = models.JSONField(default=list, blank=True)  # [{"provider", "error"}] tried before
    provider_task_id = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    model_served = models.CharField(max_length=200, blank=True)
    searched = models.BooleanField(null=True)
    country = models.CharField(max_length=2, blank=True)  # asked for
    country_honoured = models.BooleanField(null=True)
    locale = models.CharField(max_length=16, blank=True)
    locale_honoured = models.BooleanField(null=True)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    cost_source = models.CharField(max_length=10, choices=CostSource, blank=True)
    latency_ms = models.PositiveIntegerField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["run", "query", "collector", "sample"], name="answer_once_a_sample"),
            models.CheckConstraint(
                condition=~Q(status="answered") | (~Q(text="") & Q(received_at__isnull=False)),
                name="answered_has_a_text",
            ),
            models.CheckConstraint(condition=~Q(status="failed") | ~Q(error=""), name="failed_says_why"),
            models.CheckConstraint(condition=~Q(status="waiting") | ~Q(provider_task_id=""), name="waiting_has_a_task"),
        ]
        indexes = [
            models.Index(fields=["brand", "collector", "-asked_at"], name="answers_of_brand"),
            models.Index(fields=["brand", "status"], name="answers_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.collector} · {self.question}"


class Citation(models.Model):
    """A page that an answer cites, or that the engine only consulted for it."""

    owner_path = "answer__brand__customer"

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="citations")
    position = models.PositiveSmallIntegerField()
    url = models.TextField()  # as the provider sent it
    canonical_url = models.TextField()
    domain = models.CharField(max_length=255, db_index=True)  # registrable, for example example.co.uk
    title = models.TextField(blank=True)
    is_cited = models.BooleanField(default=True)  # False: consulted only

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["answer", "position"], name="citation_position_once")]

    def __str__(self) -> str:
        return self.url

"""The ledger: every call to a provider, written down before a byte of it leaves, and what it came to."""

from decimal import Decimal
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from brands.models.answer import Answer
from brands.models.body import WithBody
from brands.models.brand import Brand
from brands.models.customer import Customer
from brands.models.query import Query


class CallStatus(models.TextChoices):
    OPEN = "open"  # committed; it may be on its way, or its worker died
    ANSWERED = "answered"  # there is a reply, be it an empty one
    FAILED = "failed"  # it did not leave, or the provider said no, or what it sent cannot be read
    AMBIGUOUS = "ambiguous"  # it left and no whole reply came: nobody knows whether it was charged
    RELEASED = "released"  # was ambiguous; a person had the question asked again


class Purpose(models.TextChoices):
    ANSWER = "answer"  # to a query: a part of a run
    SENTIMENT = "sentiment"  # how a language model reads an answer
    SUGGESTIONS = "suggestions"  # queries that a model suggests
    NARRATIVE = "narrative"  # what was found in a file, told by a model


# A part of a run that has such a call is not asked once more: it was paid for, or may have been.
LIVE = (CallStatus.OPEN, CallStatus.ANSWERED, CallStatus.AMBIGUOUS)


class CallQuerySet(models.QuerySet["Call"]):
    def of_part(self, run_id: object, query_id: object, collector: str, sample: int) -> Self:
        return self.filter(run_id=run_id, query_id=query_id, collector=collector, sample=sample)


class Call(WithBody):
    """One purchase at one provider. Only `brands/ledger.py` changes it.

    `cost_usd` is None until the cost is known, also for good where it never will be; 0 for a call that was free.
    """

    owner_path = "customer"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="calls")
    brand = models.ForeignKey(Brand, models.SET_NULL, null=True, related_name="calls")
    query = models.ForeignKey(Query, models.SET_NULL, null=True, related_name="calls")
    answer = models.ForeignKey(Answer, models.SET_NULL, null=True, related_name="calls")
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.ANSWER)
    run_id = models.UUIDField(db_index=True, null=True)  # no foreign key: the ledger outlives the run
    collector = models.CharField(max_length=50)
    sample = models.PositiveSmallIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=1)  # of the run

    provider = models.CharField(max_length=50)
    question = models.CharField(max_length=1000)  # or what else was wanted, in words
    country = models.CharField(max_length=2, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    idempotency_key = models.CharField(max_length=100, unique=True)  # sent to providers that take one
    task_id = models.CharField(max_length=200, blank=True)  # of an asynchronous provider

    status = models.CharField(max_length=10, choices=CallStatus, default=CallStatus.OPEN)
    error = models.TextField(blank=True)
    reserved_usd = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    cost_source = models.CharField(max_length=10, choices=Answer.CostSource, blank=True)
    released_by = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(null=True)  # when the last of the body came
    closed_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "query", "collector", "sample"],
                condition=Q(status__in=LIVE),
                name="one_live_call_a_part",
            ),
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="call_status_is_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="call_purpose_is_known"),
            models.CheckConstraint(condition=~Q(purpose="answer") | Q(run_id__isnull=False), name="asked_in_a_run"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="call_is_open_until_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "ambiguous"]) | ~Q(error=""), name="failed_call_says_why"
            ),
            models.CheckConstraint(condition=~Q(status="released") | ~Q(released_by=""), name="released_by_somebody"),
        ]
        indexes = [
            # All that a budget's sum looks at, so that it is read off the index alone.
            models.Index(
                fields=["customer", "opened_at", "brand", "collector", "status", "cost_usd", "reserved_usd"],
                name="calls_that_count",
            ),
            models.Index(fields=["brand", "collector", "-opened_at"], name="calls_of_brand"),
            models.Index(fields=["provider", "-opened_at"], name="calls_of_provider"),
            models.Index(fields=["opened_at"], condition=~Q(status__in=["answered", "failed"]), name="calls_to_clear"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.question}"

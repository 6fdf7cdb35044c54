from uuid import uuid4

from django.db import models
from django.utils import timezone

from brands.models.deletion import HeldWhileDeleted


class Customer(HeldWhileDeleted):
    """The owner of brands."""

    owner_path = "pk"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    sentiment_judge = models.CharField(
        max_length=50, blank=True, default="", help_text="Who reads how answers speak of this customer's brands."
    )
    is_sample = models.BooleanField(default=False, editable=False)  # its rows are made-up sample data
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

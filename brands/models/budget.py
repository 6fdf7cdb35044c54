"""What a customer allows to be spent, and on what."""

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from brands.models.brand import Brand
from brands.models.customer import Customer

TAKEN = "There is a budget for the same, for the same period. Change that one."


class Budget(models.Model):
    """A limit on the calls of a day or a month: of a customer, or of one brand or one collector of it.

    A call has to fit into every active budget that covers it. Days and months are those of the site's time zone.
    """

    owner_path = "customer"

    class Period(models.TextChoices):
        DAY = "day", "a day"
        MONTH = "month", "a month"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="budgets")
    brand = models.ForeignKey(
        Brand, models.CASCADE, null=True, blank=True, related_name="budgets", help_text="Empty: all of the customer's."
    )
    collector = models.CharField(max_length=50, blank=True, help_text="Empty: all collectors.")
    period = models.CharField(max_length=10, choices=Period, default=Period.MONTH)
    limit_usd = models.DecimalField(
        "dollars",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="US dollars, billed or estimated. Empty: no limit of this kind.",
    )
    limit_calls = models.PositiveIntegerField(
        "calls",
        null=True,
        blank=True,
        validators=[MaxValueValidator(1_000_000_000)],
        help_text="Calls to providers. Empty: no limit of this kind.",
    )
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["customer", "brand", "collector", "period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit_usd__isnull=False) | Q(limit_calls__isnull=False), name="budget_has_a_limit"
            ),
            models.CheckConstraint(condition=Q(limit_usd=None) | Q(limit_usd__gte=0), name="budget_is_not_negative"),
            models.CheckConstraint(condition=Q(period__in=["day", "month"]), name="budget_period_is_known"),
            models.UniqueConstraint(
                fields=["customer", "collector", "period"],
                condition=Q(brand=None),
                name="budget_once_a_customer",
                violation_error_message=TAKEN,
            ),
            models.UniqueConstraint(fields=["brand", "collector", "period"], name="budget_once_a_brand"),
        ]

    def __str__(self) -> str:
        collector = f" on {self.collector}" if self.collector else ""
        return f"{self.brand or self.customer}{collector}, {self.get_period_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.collector = self.collector.strip()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.limit_usd is None and self.limit_calls is None:
            raise ValidationError("Set a limit in dollars, in calls, or both.")
        if self.brand is not None and self.brand.customer_id != self.customer_id:
            raise ValidationError({"brand": f"{self.brand} belongs to {self.brand.customer}."})

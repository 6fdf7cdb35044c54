from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from brands.categories import Category
from brands.domains import domain_of_entry
from brands.models.customer import Customer


def check_domain(domain: str) -> None:
    if domain_of_entry(domain) is None:
        raise ValidationError(f"“{domain}” is not a domain. Write it like shop.example.com.")


class DomainRule(models.Model):
    """A customer's own word on what kind of site a domain is."""

    owner_path = "customer"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="domain_rules")
    domain = models.CharField(max_length=255, validators=[check_domain])  # with all hosts below it
    category = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Category])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "domain"], name="domain_has_one_category"),
            models.CheckConstraint(
                condition=models.Q(category__in=sorted(each.value for each in Category)), name="category_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.category}"

    def clean(self) -> None:
        self.domain = domain_of_entry(self.domain) or self.domain

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from brands.models.customer import Customer
from jobs.access import Role


class Membership(models.Model):
    """A user belongs to a customer, with a role."""

    owner_path = "customer"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["customer", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="one_role_per_customer"),
            models.CheckConstraint(condition=models.Q(role__in=sorted(Role)), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} of {self.customer}"

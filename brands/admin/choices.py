"""What forms of our own offer."""

from django.db.models import QuerySet
from django.http import HttpRequest

from brands.models import Brand
from jobs.access import Right, scope


def choosable_brands(request: HttpRequest) -> QuerySet[Brand]:
    """Those whose rows the user may write."""
    brands: QuerySet[Brand] = scope(Brand.objects.all(), request.user, Right.WRITE)
    return brands.order_by("name")

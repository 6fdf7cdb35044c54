"""What forms of our own offer: no more than the lists show to the same user."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from brands.models import Brand


def choosable_brands(request: HttpRequest) -> QuerySet[Brand]:
    brands: QuerySet[Brand] = admin.site._registry[Brand].get_queryset(request)
    return brands.order_by("name")

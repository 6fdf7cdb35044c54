"""The domain's part of the start page: how visible each brand is in each collector."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from brands.admin.words import percent, percent_range
from brands.budgets import uses
from brands.models import Brand, Budget
from brands.results import DEFINITIONS, CollectorResult, by_collector

MOST = 5  # brands; each costs a fixed number of queries
DAYS = 30


@dataclass(frozen=True, slots=True)
class Row:
    brand: Brand
    url: str
    cells: list[tuple[str, str, str]]  # collector, visibility, its interval and denominator


def panel(request: HttpRequest) -> dict[str, Any]:
    """Context for `brands/dashboard.html`: what the list of brands shows to the same user, and no more."""
    brands = admin.site._registry[Brand]
    if not brands.has_view_permission(request):
        return {"rows": []}
    shown = brands.get_queryset(request).select_related("customer")[:MOST]
    return {
        "rows": [row for row in map(_row, shown) if row.cells],
        "days": DAYS,
        "definition": DEFINITIONS["Visibility"],
        "all": reverse("admin:brands_brand_changelist"),
    }


def budget_panel(request: HttpRequest) -> dict[str, Any]:
    """Context for `brands/budgets.html`: the budgets, of those that the list shows, that go to their end."""
    budgets = admin.site._registry[Budget]
    if not budgets.has_view_permission(request):
        return {"nearly_spent": []}
    used = uses(budgets.get_queryset(request).filter(is_active=True))
    return {"nearly_spent": [each for each in used if each.is_nearly_spent]}


def _row(brand: Brand) -> Row:
    since = timezone.localdate() - timedelta(days=DAYS - 1)
    results = by_collector(brand, since=since)
    return Row(
        brand, reverse("admin:brands_brand_change", args=[brand.pk]), [_cell(each) for each in results if each.scored]
    )


def _cell(result: CollectorResult) -> tuple[str, str, str]:
    own = result.brand
    sure = f"{percent_range(own.visibility_interval)}, " if own.visibility_interval else ""
    return result.collector, percent(own.visibility), f"{sure}{own.mentioning} of {result.scored} answers"

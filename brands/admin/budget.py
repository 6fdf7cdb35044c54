from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import ActiveFilter, RelatedFilter
from brands.admin.links import admin_url
from brands.asking import collectors
from brands.budgets import MOST_OF_IT, Use, use
from brands.models import Budget
from brands.models.budget import TAKEN
from jobs.access import Right

ALL_COLLECTORS = "All collectors"


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    collector = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Budget
        fields = ["customer", "brand", "collector", "period", "limit_usd", "limit_calls", "is_active"]
        error_messages = {NON_FIELD_ERRORS: {"unique_together": TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "collector" in self.fields:
            names = sorted({*collectors(), *filter(None, [self.instance.collector])})
            choices = [("", ALL_COLLECTORS), *((name, name) for name in names)]
            self.fields["collector"].choices = choices  # type: ignore[attr-defined]


@admin.register(Budget)
class BudgetAdmin(DomainAdmin):
    """The list shows what is used of each budget now."""

    form = BudgetForm
    list_display = ["what", "customer", "used", "renewal", "is_active"]
    list_filter = [("customer", RelatedFilter), ("brand", RelatedFilter), ActiveFilter]
    list_filter_submit = True
    list_select_related = ["customer", "brand"]
    list_per_page = 50
    search_fields = ["customer__name", "brand__name", "collector"]
    autocomplete_fields = ["customer", "brand"]
    readonly_fields = ["used", "renewal"]
    customer_path = "customer"
    writing = Right.MANAGE

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = ["customer", "brand", "collector", "period", ("limit_usd", "limit_calls"), "is_active"]
        return [(None, {"fields": [*fields, *(["used", "renewal"] if obj else [])]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        budgets: QuerySet[Budget] = super().get_queryset(request)
        return budgets.select_related("customer", "brand")

    @display(description="budget", ordering="brand__name")
    def what(self, budget: Budget) -> str:
        return str(budget)

    @display(description="used")
    def used(self, budget: Budget) -> SafeString:
        return use_bars(use(budget))

    @display(description="renews")
    def renewal(self, budget: Budget) -> str:
        return use(budget).renewal

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No budgets yet",
            "A budget limits what a customer, a brand or a collector may spend in a day or a month, in dollars or in "
            "calls. Without one, nothing is limited.",
            "Add budget",
            admin_url("brands_budget_add"),
        )


def use_bars(used: Use) -> SafeString:
    """A bar for each limit, and the figures in words."""
    bars = format_html_join("", BAR, [_bar(kind, share) for kind, share in used.shares.items()])
    unknown = ""
    if used.calls_without_cost and used.budget.limit_usd is not None:
        unknown = f"{used.calls_without_cost:,} calls without a known cost are not in the dollars"
    return format_html('<span class="bb-use">{}<span>{}</span><small>{}</small></span>', bars, used.in_words, unknown)


BAR = (
    '<svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
    '<rect class="bb-bar-ground" width="100" height="8"/><rect class="bb-use-{}" width="{}" height="8"/></svg>'
)


def _bar(kind: str, share: float) -> tuple[str, str, str]:
    tone = "spent" if share >= 1 else "warned" if share >= MOST_OF_IT else "fine"
    return f"{share:.0%} of the {'dollars' if kind == 'usd' else 'calls'}", tone, f"{min(share, 1) * 100:.1f}"

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ChoiceField
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.links import admin_url
from brands.judges import judge_choices
from brands.models import Answer, Customer, DomainRule, Query
from jobs.access import Right


class DomainRuleInline(TabularInline):
    """The customer's own word on what kind of site a domain is."""

    model = DomainRule
    fields = ["domain", "category"]
    extra = 0


@admin.register(Customer)
class CustomerAdmin(DomainAdmin):
    fields = ["name", "sentiment_judge"]
    list_display = ["name", "kind", "brands", "created_at"]
    ordering = ["name"]  # said here, since counting drops the model's own
    search_fields = ["name"]
    customer_path = ""
    writing = Right.MANAGE

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def get_inlines(self, request: HttpRequest, obj: Customer | None) -> list[Any]:
        return [DomainRuleInline] if obj is not None else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sentiment_judge":
            # Asked for each form: collectors come from settings and plug-ins.
            return ChoiceField(
                choices=judge_choices, required=False, widget=UnfoldAdminSelectWidget, help_text=db_field.help_text
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        queryset: QuerySet[Customer] = super().get_queryset(request)
        return queryset.annotate(brand_count=Count("brands"))

    @display(description="data", label={"sample": "warning"}, ordering="is_sample")
    def kind(self, customer: Customer) -> str:
        return "sample" if customer.is_sample else "real"

    @display(description="brands", ordering="brand_count")
    def brands(self, customer: Any) -> str:
        link = admin_url("brands_brand_changelist", customer__id__exact=customer.pk)
        return format_html('<a class="bb-link" href="{}">{}</a>', link, customer.brand_count)

    def consequences(self, rows: list[Customer]) -> dict[str, int]:
        return super().consequences(rows) | {
            "queries": Query.objects.filter(brand__customer__in=rows).count(),
            "answers with their scores": Answer.objects.filter(brand__customer__in=rows).count(),
        }

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState(
            "No customers yet",
            "A customer owns brands. Add the first one, then its brand and the questions to ask.",
            "Add customer",
            admin_url("brands_customer_add"),
        )

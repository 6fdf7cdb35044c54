from typing import Any

from django_filters import CharFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brands.asking import collectors
from brands.budgets import use
from brands.models import Brand, Budget, Customer
from brands.models.budget import TAKEN
from jobs.access import Right
from jobs.api.base import WriteRows
from jobs.api.filters import yes_or_no
from jobs.api.serializers import Reference, RowSerializer


class UseSerializer(serializers.Serializer):
    starts_at = serializers.DateTimeField()
    renews_at = serializers.DateTimeField()
    calls = serializers.IntegerField()
    usd = serializers.FloatField(help_text="Spent, and reserved for calls whose cost is not known yet.")
    calls_without_cost = serializers.IntegerField(help_text="Nobody knows what they cost: they are not in `usd`.")
    share = serializers.FloatField(help_text="Of the limit that is nearer, from 0.")
    is_nearly_spent = serializers.BooleanField(help_text="80 % or more.")


class BudgetSerializer(RowSerializer):
    customer_id = Reference(Customer, source="customer")
    brand_id = Reference(Brand, source="brand", required=False, allow_null=True)
    used = serializers.SerializerMethodField()

    class Meta:
        model = Budget
        fields = [
            *("id", "customer_id", "brand_id", "collector", "period", "limit_usd", "limit_calls", "is_active"),
            *("used", "created_at"),
        ]
        read_only_fields = ["created_at"]
        extra_kwargs = {"limit_usd": {"coerce_to_string": False}}
        fixed = ["customer_id"]
        taken = {"budget_once_a_customer": ("period", TAKEN), "budget_once_a_brand": ("period", TAKEN)}

    @extend_schema_field(UseSerializer)
    def get_used(self, budget: Budget) -> Any:
        return UseSerializer(use(budget)).data

    def validate_collector(self, value: str) -> str:
        if value and value not in collectors():
            raise ValidationError(f"There is no collector “{value[:50]}”. There are: {', '.join(collectors())}.")
        return value


class BudgetFilters(FilterSet):
    customer_id = UUIDFilter()
    brand_id = UUIDFilter()
    collector = CharFilter()
    is_active = yes_or_no("is_active")


@extend_schema_view(
    list=extend_schema(summary="Budgets and what is used of them, newest first"),
    retrieve=extend_schema(summary="A budget and what is used of it"),
    create=extend_schema(summary="Make a budget"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a budget: what it covered is no longer limited by it"),
)
class BudgetViewSet(WriteRows):
    queryset = Budget.objects.select_related("customer", "brand")
    serializer_class = BudgetSerializer
    filterset_class = BudgetFilters
    writing = Right.MANAGE

from django_filters import CharFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view

from brands.models import Customer, DomainRule
from jobs.api.base import WriteRows
from jobs.api.serializers import Reference, RowSerializer


class DomainRuleSerializer(RowSerializer):
    customer_id = Reference(Customer, source="customer")

    class Meta:
        model = DomainRule
        fields = ["id", "customer_id", "domain", "category", "created_at"]
        read_only_fields = ["created_at"]
        fixed = ["customer_id"]
        taken = {"domain_has_one_category": ("domain", "This customer has a rule for this domain already.")}


class DomainRuleFilters(FilterSet):
    customer_id = UUIDFilter()
    domain = CharFilter()


@extend_schema_view(
    list=extend_schema(summary="Customers' own rules on what kind of site a domain is, newest first"),
    retrieve=extend_schema(summary="A rule"),
    create=extend_schema(summary="Say what kind of site a domain is"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a rule: the built-in ones count again"),
)
class DomainRuleViewSet(WriteRows):
    queryset = DomainRule.objects.select_related("customer")
    serializer_class = DomainRuleSerializer
    filterset_class = DomainRuleFilters

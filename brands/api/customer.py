from typing import Any

from django_filters import CharFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import IsAuthenticated

from brands.models import Customer
from jobs.access import Right
from jobs.api.base import HasRight, SuperuserOnly, WriteRows
from jobs.api.serializers import RowSerializer


class CustomerSerializer(RowSerializer):
    class Meta:
        model = Customer
        fields = ["id", "name", "is_sample", "created_at"]
        read_only_fields = ["is_sample", "created_at"]


class CustomerFilters(FilterSet):
    name = CharFilter()


@extend_schema_view(
    list=extend_schema(summary="The customers you may see, newest first"),
    retrieve=extend_schema(summary="A customer"),
    create=extend_schema(summary="Make a customer (superusers only)"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a customer with all that is theirs (superusers only)"),
)
class CustomerViewSet(WriteRows):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    writing = Right.MANAGE

    def get_permissions(self) -> list[Any]:
        if self.action in ("create", "destroy"):
            return [IsAuthenticated(), SuperuserOnly()]
        return [IsAuthenticated(), HasRight()]

    def check_owner(self, serializer: Any) -> None:
        """A customer has no owner: the permissions above say it all."""

from typing import Any

from django_filters import CharFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated

from brands.judges import judge_choices
from brands.models import Customer
from jobs.access import Right
from jobs.api.base import HasRight, SuperuserOnly, WriteRows
from jobs.api.serializers import RowSerializer


class CustomerSerializer(RowSerializer):
    class Meta:
        model = Customer
        fields = ["id", "name", "sentiment_judge", "is_sample", "created_at"]
        read_only_fields = ["is_sample", "created_at"]

    def validate_sentiment_judge(self, value: str) -> str:
        known = [name for name, _ in judge_choices()]
        if value not in known:
            names = ", ".join(f"“{name}”" for name in known)
            raise ValidationError(f"There is no judge “{value}”. There are: {names}.")
        return value


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

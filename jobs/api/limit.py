from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import IsAuthenticated

from jobs.access import Right
from jobs.api.base import SuperuserOnly, WriteRows
from jobs.api.idempotency import PARAMETER
from jobs.api.serializers import RowSerializer
from jobs.models import Limit


class LimitSerializer(RowSerializer):
    class Meta:
        model = Limit
        fields = ["id", "kind", "value", "name", "at_once", "starts", "per_seconds"]
        read_only_fields = ["id", "name"]
        taken = {
            "one_limit_a_key": ("value", "There is such a limit already."),
            "limit_limits_something": ("at_once", "Say how many may be at work at once, or how many may start."),
        }


@extend_schema_view(
    list=extend_schema(summary="Limits on runs at once and on starts, which all workers share"),
    retrieve=extend_schema(summary="A limit"),
    create=extend_schema(summary="Make a limit", parameters=[PARAMETER]),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Lift a limit"),
)
class LimitViewSet(WriteRows):
    """Limits hold for all owners: only superusers see and change them."""

    queryset = Limit.objects.all()
    serializer_class = LimitSerializer
    permission_classes = [IsAuthenticated, SuperuserOnly]
    list_ordering = ("kind", "value", "pk")
    reading = Right.MANAGE

    def check_owner(self, serializer: Any) -> None:
        """They have none."""

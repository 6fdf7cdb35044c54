from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.access import OWNER
from jobs.alerting import acknowledge
from jobs.api.base import ReadRows
from jobs.api.filters import MomentFilter
from jobs.api.serializers import Reference, RowSerializer
from jobs.models import Alert
from jobs.models.alert import in_state


class OfOwnerAlone(RowSerializer):
    """A row of an owner and of no subject."""

    def get_fields(self) -> dict[str, Any]:
        kwargs = {"read_only": True, "allow_null": True} if self.Meta.model is Alert else {}
        owner = Reference(apps.get_model(settings.JOBS_OWNER_MODEL), source="owner", **kwargs)
        return {**super().get_fields(), f"{OWNER}_id": owner}


class AlertSerializer(OfOwnerAlone):
    state = serializers.ChoiceField(Alert.State.choices, read_only=True)

    class Meta:
        model = Alert
        fields = [
            *("id", "state", "kind", "key", "sentence", "link", "first_seen_at", "last_seen_at"),
            *("acknowledged_at", "acknowledged_by", "resolved_at", "told_at", "tell_error"),
        ]
        read_only_fields = fields


class AlertFilters(FilterSet):
    state = ChoiceFilter(choices=Alert.State.choices, method="of_state")
    kind = CharFilter()
    since = MomentFilter("first_seen_at", lookup_expr="gte")

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        filters: dict[str, Any] = super().get_filters()
        filters[f"{OWNER}_id"] = UUIDFilter("owner_id")
        return filters

    def of_state(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        return rows.filter(in_state(Alert.State(value)))


@extend_schema_view(
    list=extend_schema(summary="Alerts, newest first"),
    retrieve=extend_schema(summary="An alert"),
)
class AlertViewSet(ReadRows):
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    filterset_class = AlertFilters
    list_ordering = ("-first_seen_at", "pk")

    @extend_schema(summary="Say that one has seen it; it stays until it is over", request=None)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        alert = self.get_object()
        acknowledge(alert, str(request.user))
        return Response(self.fresh(alert.pk))

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

from jobs.access import OWNER, Right
from jobs.alerting import acknowledge
from jobs.api.base import ReadRows, WriteRows
from jobs.api.filters import MomentFilter
from jobs.api.idempotency import PARAMETER
from jobs.api.serializers import Reference, RowSerializer
from jobs.channels import LONGEST_URL
from jobs.models import Alert, Channel
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


class ChannelSerializer(OfOwnerAlone):
    url = serializers.CharField(
        write_only=True,
        max_length=LONGEST_URL,
        help_text="https://… for a webhook, or Apprise's notation: slack://…, tgram://…. Written and never shown.",
    )

    class Meta:
        model = Channel
        fields = ["id", "name", "url", "is_active", "last_sent_at", "last_error", "created_at"]
        read_only_fields = ["last_sent_at", "last_error", "created_at"]
        fixed = [f"{OWNER}_id"]


@extend_schema_view(
    list=extend_schema(summary="Where alerts are sent, newest first"),
    retrieve=extend_schema(summary="A channel"),
    create=extend_schema(summary="Add a channel", parameters=[PARAMETER]),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Send no more alerts there"),
)
class ChannelViewSet(WriteRows):
    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    reading = Right.MANAGE
    writing = Right.MANAGE

from typing import Any

from django_filters import CharFilter, IsoDateTimeFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Call, CallStatus
from brands.release import ask_again
from jobs.api.base import ReadRows
from jobs.api.idempotency import PARAMETER, idempotent


class CallSerializer(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(read_only=True, allow_null=True)
    brand_id = serializers.UUIDField(read_only=True, allow_null=True)
    query_id = serializers.UUIDField(read_only=True, allow_null=True)
    answer_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Call
        fields = [
            *("id", "customer_id", "brand_id", "query_id", "run_id", "answer_id", "question", "collector", "sample"),
            *("attempt", "provider", "task_id", "status", "error", "reserved_usd", "cost_usd", "cost_source"),
            *("released_by", "opened_at", "received_at", "closed_at"),
        ]
        read_only_fields = fields


class AskedAgainSerializer(CallSerializer):
    message = serializers.CharField(read_only=True, help_text="What was done.")

    class Meta(CallSerializer.Meta):
        fields = [*CallSerializer.Meta.fields, "message"]
        read_only_fields = fields


class CallFilters(FilterSet):
    customer_id = UUIDFilter()
    brand_id = UUIDFilter()
    query_id = UUIDFilter()
    run_id = UUIDFilter()
    collector = CharFilter()
    provider = CharFilter()
    status = MultipleChoiceFilter(choices=CallStatus.choices)
    opened_after = IsoDateTimeFilter("opened_at", lookup_expr="gte")
    opened_before = IsoDateTimeFilter("opened_at", lookup_expr="lte")


@extend_schema_view(
    list=extend_schema(summary="Calls to providers, newest first: the ledger"),
    retrieve=extend_schema(summary="A call to a provider"),
)
class CallViewSet(ReadRows):
    queryset = Call.objects.defer("body")
    serializer_class = CallSerializer
    filterset_class = CallFilters
    list_ordering = ("-opened_at", "pk")

    @extend_schema(
        summary="Ask the question of an ambiguous call again, although it may have been paid for",
        request=None,
        responses=AskedAgainSerializer,
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"], url_path="ask-again")
    @idempotent
    def ask_again(self, request: Request, pk: str) -> Response:
        call: Any = self.get_object()
        message = ask_again([call], str(request.user))
        return Response({**self.fresh(call.pk), "message": message})

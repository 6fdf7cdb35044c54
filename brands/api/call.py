from typing import Any

from django.http import StreamingHttpResponse
from django_filters import CharFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from brands.api.tables import CSVRenderer, table_response
from brands.call_csv import export
from brands.health import Kind, ProviderHealth, health
from brands.models import Call, CallStatus, Purpose
from brands.release import ask_again
from brands.spending import spent
from jobs.api.base import ReadRows
from jobs.api.filters import MomentFilter
from jobs.api.idempotency import PARAMETER, idempotent


class CallSerializer(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(read_only=True, allow_null=True)
    brand_id = serializers.UUIDField(read_only=True, allow_null=True)
    query_id = serializers.UUIDField(read_only=True, allow_null=True)
    answer_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Call
        fields = [
            *("id", "customer_id", "brand_id", "query_id", "run_id", "answer_id", "purpose", "question"),
            *("collector", "sample"),
            *("attempt", "provider", "task_id", "status", "error", "reserved_usd", "cost_usd", "cost_source"),
            *("released_by", "opened_at", "received_at", "closed_at"),
        ]
        read_only_fields = fields


class AskedAgainSerializer(CallSerializer):
    message = serializers.CharField(read_only=True, help_text="What was done.")

    class Meta(CallSerializer.Meta):
        fields = [*CallSerializer.Meta.fields, "message"]
        read_only_fields = fields


class SpentSerializer(serializers.Serializer):
    provider = serializers.CharField(help_text="Empty in the last row, which is for all of them.")
    calls = serializers.IntegerField()
    ambiguous = serializers.IntegerField(help_text="Nobody knows whether they were charged.")
    billed_usd = serializers.FloatField(help_text="As the replies say.")
    estimated_usd = serializers.FloatField(help_text="By the price table.")
    reserved_usd = serializers.FloatField(help_text="For calls whose cost is not known.")
    calls_without_cost = serializers.IntegerField(help_text="And for which nothing could be reserved.")


class ProviderEventSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text=f"One of: {', '.join(Kind)}.")
    day = serializers.DateField()
    words = serializers.CharField()


class HealthSerializer(serializers.Serializer):
    collector = serializers.CharField()
    provider = serializers.CharField()
    asked = serializers.IntegerField(help_text="Calls that are closed.")
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="What became of them.")
    p50_seconds = serializers.FloatField(source="p50", allow_null=True, help_text="Of calls that were answered.")
    p95_seconds = serializers.FloatField(source="p95", allow_null=True)
    cost_usd = serializers.FloatField(source="usd", help_text="Billed or estimated.")
    models = serializers.ListField(child=serializers.CharField(), help_text="That answered, as the replies say.")
    canaries_right = serializers.SerializerMethodField()
    canaries_wrong = serializers.SerializerMethodField()
    events = ProviderEventSerializer(many=True)

    def get_canaries_right(self, row: ProviderHealth) -> int:
        return row.canaries[True]

    def get_canaries_wrong(self, row: ProviderHealth) -> int:
        return row.canaries[False]


class CallFilters(FilterSet):
    customer_id = UUIDFilter()
    brand_id = UUIDFilter()
    query_id = UUIDFilter()
    run_id = UUIDFilter()
    collector = CharFilter()
    provider = CharFilter()
    purpose = MultipleChoiceFilter(choices=Purpose.choices)
    status = MultipleChoiceFilter(choices=CallStatus.choices)
    opened_after = MomentFilter("opened_at", lookup_expr="gte")
    opened_before = MomentFilter("opened_at", lookup_expr="lte")


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
        summary="The ledger as CSV, narrowed down as the list is", responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    @action(detail=False, pagination_class=None, renderer_classes=[CSVRenderer], url_path="export")
    def export_table(self, request: Request) -> StreamingHttpResponse:
        calls = self.filter_queryset(self.get_queryset())
        return table_response(export(calls.order_by("-opened_at")), "ledger")

    @extend_schema(
        summary="How each provider does, over the calls that the list has, and what changed about it",
        responses=HealthSerializer(many=True),
    )
    @action(detail=False, pagination_class=None)
    def health(self, request: Request) -> Response:
        return Response(HealthSerializer(health(self.filter_queryset(self.get_queryset())), many=True).data)

    @extend_schema(
        summary="What the calls came to by provider, narrowed down as the list is",
        responses=SpentSerializer(many=True),
    )
    @action(detail=False, pagination_class=None)
    def sums(self, request: Request) -> Response:
        return Response(SpentSerializer(spent(self.filter_queryset(self.get_queryset())), many=True).data)

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

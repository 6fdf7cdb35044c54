"""Queries in bulk: as a table in and out, and as suggestions."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands import query_csv
from brands.api.tables import CSVRenderer, table_response
from brands.models import Brand, Query
from brands.models.query import is_country, is_locale
from brands.query_csv import Outcome, Sheet
from brands.spreadsheet import Unreadable
from brands.suggestions import MOST_TOPICS, Source, Wanted, model_obstacle, suggest
from jobs.access import Right, may
from jobs.api.base import HasRight, WriteRows
from jobs.api.serializers import KnownFields, Reference
from jobs.errors import GiveUp

MOST_CHARACTERS = 1_000_000


class ImportSerializer(KnownFields):
    brand_id = Reference(Brand)
    csv = serializers.CharField(
        max_length=MOST_CHARACTERS,
        trim_whitespace=False,
        help_text=f"A table whose first line names its columns: {', '.join(query_csv.COLUMNS)}. `question` is needed.",
    )
    dry_run = serializers.BooleanField(default=True, help_text="Say what would become of each line and save nothing.")

    def sheet(self) -> Sheet:
        data = self.validated_data
        do = query_csv.look if data["dry_run"] else query_csv.save
        try:
            return do(data["brand_id"], data["csv"])
        except Unreadable as error:
            raise ValidationError({"csv": [str(error)]}) from None


class TableLineSerializer(serializers.Serializer):
    line = serializers.IntegerField(source="number", help_text="On which it begins, 1-based.")
    question = serializers.CharField()
    outcome = serializers.ChoiceField([(str(outcome), str(outcome)) for outcome in Outcome])
    reason = serializers.CharField(source="words", help_text="What changes, or why it is refused.")


class SheetSerializer(serializers.Serializer):
    saved = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Lines by outcome.")
    lines = TableLineSerializer(many=True)


class SuggestSerializer(KnownFields):
    brand_id = Reference(Brand)
    topics = serializers.ListField(
        child=serializers.CharField(max_length=200),
        max_length=MOST_TOPICS,
        required=False,
        help_text="Left out, they are the topics that the brand has.",
    )
    source = serializers.ChoiceField([(str(each), str(each)) for each in Source], default=Source.TEMPLATES.value)
    country = serializers.CharField(max_length=2, required=False, default="", validators=[is_country])
    locale = serializers.CharField(max_length=16, required=False, default="", validators=[is_locale])

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data["topics"] = data.get("topics") or [topic.name for topic in data["brand_id"].topics.all()[:MOST_TOPICS]]
        if not data["topics"]:
            raise ValidationError({"topics": ["The brand has no topic yet. Write at least one."]})
        if data["source"] == Source.MODEL and (obstacle := model_obstacle()):
            raise ValidationError({"source": [obstacle]})
        return data

    def made(self) -> list[Query]:
        data = self.validated_data
        wanted = Wanted(data["brand_id"], tuple(data["topics"]), data["country"], data["locale"])
        try:
            return suggest(wanted, Source(data["source"]))
        except GiveUp as error:
            raise ValidationError({"source": [str(error)]}) from None


class SuggestedQuerySerializer(serializers.ModelSerializer):
    topic = serializers.CharField(source="topic.name")

    class Meta:
        model = Query
        fields = ["id", "text", "topic", "country", "locale", "is_active", "is_branded", "is_suggested"]
        read_only_fields = fields


class SuggestedSerializer(serializers.Serializer):
    created = SuggestedQuerySerializer(many=True)


class QueryTables(WriteRows):
    """Actions of the queries' view set."""

    def brand_to_write(self, body: Any) -> Brand:
        """The brand that the body names, where the user may write for its customer."""
        brand: Brand = body.validated_data["brand_id"]
        if not may(self.request.user, Right.WRITE, brand.customer_id):
            self.permission_denied(self.request, message=HasRight.message)
        return brand

    def _body(self, serializer: type[Any], request: Request) -> Any:
        body = serializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        self.brand_to_write(body)
        return body

    @extend_schema(
        summary="Import a brand's queries from CSV, or look what would become of each line",
        request=ImportSerializer,
        responses=SheetSerializer,
    )
    @action(detail=False, methods=["post"], url_path="import")
    def import_table(self, request: Request) -> Response:
        body = self._body(ImportSerializer, request)
        sheet = body.sheet()
        found = {"saved": not body.validated_data["dry_run"], "counts": sheet.counts, "lines": sheet.lines}
        return Response(SheetSerializer(found).data)

    @extend_schema(
        summary="Queries as CSV, narrowed down as the list is",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    @action(detail=False, pagination_class=None, renderer_classes=[CSVRenderer], url_path="export")
    def export_table(self, request: Request) -> StreamingHttpResponse:
        queries = self.filter_queryset(self.get_queryset()).select_related("brand", "topic")
        return table_response(query_csv.export(queries.order_by("brand__name", "text").iterator(1000)), "queries")

    @extend_schema(
        summary="Suggest queries by topic: none is asked before somebody activates it",
        request=SuggestSerializer,
        responses={201: SuggestedSerializer},
    )
    @action(detail=False, methods=["post"])
    def suggest(self, request: Request) -> Response:
        made = self._body(SuggestSerializer, request).made()
        return Response(SuggestedSerializer({"created": made}).data, status=201)

"""Uploaded files and the insights in them."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django_filters import CharFilter, UUIDFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.access import OWNER, Right, may
from jobs.analysis.source import Unreadable
from jobs.api.base import HasRight, ReadRows
from jobs.api.filters import SinceUntil
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.parsing import StrictJSONParser, TooLarge
from jobs.api.run import StartedRunSerializer, started
from jobs.api.serializers import KnownFields, Reference
from jobs.downloads import content_of, insights_table
from jobs.errors import AnotherRunIsOpen
from jobs.files import analyse, analyse_new, place_in_line
from jobs.models import Insight, UploadedFile
from jobs.upload_handler import is_too_large
from jobs.uploads import Refused, allowance, remove, store, too_large


def owner_field() -> Reference:
    return Reference(apps.get_model(settings.JOBS_OWNER_MODEL))


class ParagraphSerializer(serializers.Serializer):
    text = serializers.CharField()
    insights = serializers.ListField(child=serializers.IntegerField(), help_text="Places of insights, 1 for the first.")


class NarrativeSerializer(serializers.Serializer):
    headline = serializers.CharField()
    paragraphs = ParagraphSerializer(many=True)
    provider = serializers.CharField()
    model = serializers.CharField()
    written_at = serializers.DateTimeField()


class FileSerializer(serializers.ModelSerializer):
    run_id = serializers.UUIDField(read_only=True, allow_null=True)
    state = serializers.CharField(read_only=True, help_text="new, analysed, failed, or the status of its open run.")
    place_in_line = serializers.SerializerMethodField(help_text="Of its customer's waiting runs, 1 for the next.")
    columns = serializers.SerializerMethodField(help_text="What each column holds.")
    insights = serializers.IntegerField(source="insights.count", read_only=True, help_text="How many there are.")
    narrative = NarrativeSerializer(
        read_only=True, allow_null=True, help_text="Written by a model from the insights alone, or null."
    )

    class Meta:
        model = UploadedFile
        fields = [
            *("id", "name", "size", "sha256", "kind", "description", "series", "created_at", "state", "problem"),
            *("run_id", "place_in_line", "analysed_at", "rows", "columns", "insights", "narrative"),
        ]
        read_only_fields = fields

    def get_fields(self) -> dict[str, Any]:
        owner = serializers.UUIDField(source="owner_id", read_only=True)
        return {**super().get_fields(), f"{OWNER}_id": owner}

    def get_place_in_line(self, file: UploadedFile) -> int | None:
        return place_in_line(file.run)

    def get_columns(self, file: UploadedFile) -> list[dict[str, Any]]:
        return list(file.profile)


class OfOwner(KnownFields):
    def get_fields(self) -> dict[str, Any]:
        return {f"{OWNER}_id": owner_field(), **super().get_fields()}


class UploadSerializer(OfOwner):
    file = serializers.FileField(allow_empty_file=True, help_text="CSV, TSV, JSON Lines (each also gzipped) or XLSX.")
    description = serializers.CharField(max_length=500, required=False, default="")
    series = serializers.CharField(max_length=100, required=False, default="")


class UploadedSerializer(FileSerializer):
    message = serializers.CharField(read_only=True, help_text="What was done.")

    class Meta(FileSerializer.Meta):
        fields = [*FileSerializer.Meta.fields, "message"]
        read_only_fields = fields


class InsightSerializer(serializers.ModelSerializer):
    class Meta:
        model = Insight
        fields = ["id", "type", "title", "content", "confidence", "basis", "evidence", "chart", "created_at"]
        read_only_fields = fields


class FileFilters(SinceUntil):
    series = CharFilter()
    kind = CharFilter()

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        return {**super().get_filters(), f"{OWNER}_id": UUIDFilter("owner_id")}


@extend_schema_view(
    list=extend_schema(summary="Uploaded files, newest first"),
    retrieve=extend_schema(summary="An uploaded file"),
    destroy=extend_schema(summary="Delete a file with its insights"),
)
class FileViewSet(mixins.DestroyModelMixin, ReadRows):
    queryset = UploadedFile.objects.select_related("run")
    serializer_class = FileSerializer
    filterset_class = FileFilters
    parser_classes = [StrictJSONParser, MultiPartParser]
    reading = Right.RESULTS

    def needed_right(self) -> Right:
        return Right.READ if self.action == "download" else super().needed_right()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The size is looked at before the body is read."""
        if self.action == "create" and is_too_large(request.META.get("CONTENT_LENGTH") or ""):
            raise TooLarge(too_large())
        super().initial(request, *args, **kwargs)

    @extend_schema(
        summary="Upload a file: the same content twice is kept once",
        request={"multipart/form-data": UploadSerializer},
        responses={201: UploadedSerializer, 200: UploadedSerializer},
        parameters=[PARAMETER],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = self._checked(UploadSerializer, request)
        words = {"description": data["description"], "series": data["series"], "user": request.user}
        try:
            stored = store(data[f"{OWNER}_id"], data["file"], **words)
        except (Refused, Unreadable) as error:
            raise ValidationError({"file": [str(error)]}) from None
        message = "The file is kept." if stored.created else "The same content is there already; nothing was changed."
        row = {**self.fresh(stored.file.pk), "message": f"{message} {allowance(stored.file.owner_id).in_words}"}
        return Response(row, status=201 if stored.created else 200)

    @extend_schema(
        summary="Analyse a file now",
        request=None,
        responses={201: StartedRunSerializer, 200: StartedRunSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def analyse(self, request: Request, pk: str) -> Response:
        return started(analyse(self.get_object(), request.user))

    @extend_schema(
        summary="Analyse all new files of a customer in one run, oldest first",
        request=OfOwner,
        responses={201: StartedRunSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=False, methods=["post"], url_path="analyse-new")
    @idempotent
    def analyse_new(self, request: Request) -> Response:
        triggered = analyse_new(self._checked(OfOwner, request)[f"{OWNER}_id"], request.user)
        if triggered is None:
            raise ValidationError({f"{OWNER}_id": ["There is no new file."]})
        return started(triggered)

    @extend_schema(summary="The insights in a file, surest first", responses=InsightSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def insights(self, request: Request, pk: str) -> Response:
        return Response(InsightSerializer(self.get_object().insights.all(), many=True).data)

    @extend_schema(summary="The insights in a file as CSV", responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filter_backends=[], url_path="insights/export")
    def export_insights(self, request: Request, pk: str) -> HttpResponse:
        return insights_table(self.get_object())

    @extend_schema(
        summary="The file as it was uploaded", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def download(self, request: Request, pk: str) -> StreamingHttpResponse:
        content = content_of(self.get_object())
        if content is None:
            raise NotFound("The content of this file is not on this machine.")
        return content

    def perform_destroy(self, instance: UploadedFile) -> None:
        if instance.run is not None and instance.run.is_open:
            raise AnotherRunIsOpen("A run is at this file. Cancel it first, or wait until it has ended.")
        remove(instance)

    def _checked(self, serializer: type[Any], request: Request) -> dict[str, Any]:
        body = serializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data: dict[str, Any] = body.validated_data
        if not may(request.user, Right.WRITE, data[f"{OWNER}_id"].pk):
            self.permission_denied(request, message=HasRight.message)
        return data

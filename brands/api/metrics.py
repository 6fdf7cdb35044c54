from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.api.score import EntitySerializer
from brands.models import Brand
from brands.selection import Selection
from brands.series import Span, received, series
from jobs.access import Right
from jobs.api.base import Rows
from jobs.api.serializers import KnownFields


class MetricsQuery(KnownFields):
    brand_id = serializers.UUIDField()
    by = serializers.ChoiceField([(each.value, each.value) for each in Span], default=Span.DAY.value)
    collector = serializers.CharField(required=False, max_length=50)
    run_id = serializers.UUIDField(required=False)
    since = serializers.DateField(required=False, help_text="First day, in the site's time zone.")
    until = serializers.DateField(required=False, help_text="Last day, in the site's time zone.")
    topic_id = serializers.UUIDField(required=False)
    country = serializers.CharField(required=False, max_length=2, help_text="That the answers were asked for.")
    is_branded = serializers.BooleanField(required=False, allow_null=True, default=None)


class PointSerializer(serializers.Serializer):
    date = serializers.DateField(allow_null=True, help_text="First day of the span; null for the total.")
    value = serializers.FloatField(allow_null=True, help_text="Null where there is nothing to compute it from.")
    interval = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="The rate's 95 % interval, low and high. Null for a mean, and where there are too few queries.",
    )
    numerator = serializers.FloatField()
    denominator = serializers.IntegerField()


class SeriesEntitySerializer(EntitySerializer):
    id = serializers.UUIDField(source="key")


class SeriesSerializer(serializers.Serializer):
    metric = serializers.CharField(source="metric.name")
    definition = serializers.CharField(source="metric.definition")
    denominator = serializers.CharField(source="metric.denominator", help_text="What the value is divided by.")
    collector = serializers.CharField()
    entity = SeriesEntitySerializer()
    points = PointSerializer(many=True)


class ReceivedSerializer(serializers.Serializer):
    collector = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Answers by status.")


class MetricsSerializer(serializers.Serializer):
    brand_id = serializers.UUIDField()
    by = serializers.CharField()
    series = SeriesSerializer(many=True)
    answers = ReceivedSerializer(many=True, help_text="Failed, empty, absent and refused answers are in no rate.")


SELECTED = ("collector", "run_id", "since", "until", "topic_id", "country", "is_branded")


class MetricsViewSet(Rows):
    """A brand's figures over time, per collector and for each entity."""

    queryset = Brand.objects.prefetch_related("competitors")
    serializer_class = MetricsSerializer
    reading = Right.RESULTS
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        summary="A brand's figures over time, with denominators and definitions",
        parameters=[MetricsQuery],
        responses=forced_singular_serializer(MetricsSerializer),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:
        query = MetricsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        self.kwargs["pk"] = str(asked["brand_id"])
        brand = self.get_object()
        span = Span(asked["by"])
        selection = Selection(**{name: asked[name] for name in SELECTED if name in asked})
        totals = selection.totals(brand, by_day=True)
        figures = {
            "brand_id": brand.pk,
            "by": span,
            "series": series(brand, span, totals),
            "answers": received(span, totals),
        }
        return Response(MetricsSerializer(figures).data)

from django_filters import CharFilter, UUIDFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from brands.models import Score
from jobs.access import Right
from jobs.api.base import ReadRows
from jobs.api.filters import SinceUntil, yes_or_no


class EntitySerializer(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField([("brand", "brand"), ("competitor", "competitor")])
    name = serializers.CharField()


class ScoreSerializer(serializers.ModelSerializer):
    answer_id = serializers.UUIDField(read_only=True)
    brand_id = serializers.UUIDField(source="answer.brand_id", read_only=True)
    entity = EntitySerializer(read_only=True)
    measures = serializers.DictField(read_only=True)
    evidence = serializers.ListField(read_only=True, help_text="The words in which it was found.")

    class Meta:
        model = Score
        fields = [
            *("id", "answer_id", "brand_id", "entity", "scorer", "version", "is_current"),
            *("measures", "evidence", "created_at"),
        ]
        read_only_fields = fields


class ScoreFilters(SinceUntil):
    customer_id = UUIDFilter("answer__brand__customer_id")
    brand_id = UUIDFilter("answer__brand_id")
    competitor_id = UUIDFilter()
    answer_id = UUIDFilter()
    run_id = UUIDFilter("answer__run_id")
    scorer = CharFilter()
    version = CharFilter()
    is_current = yes_or_no("is_current")


@extend_schema_view(
    list=extend_schema(summary="What scorers found in answers, newest first"),
    retrieve=extend_schema(summary="A score"),
)
class ScoreViewSet(ReadRows):
    queryset = Score.objects.select_related("answer__brand", "brand", "competitor").defer(
        "answer__body", "answer__text"
    )
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilters
    reading = Right.RESULTS
    list_ordering = ("-id",)

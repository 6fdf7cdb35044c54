from django_filters import CharFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from brands.models import Answer, Citation
from jobs.access import Right
from jobs.api.base import ReadRows
from jobs.api.filters import MomentFilter, yes_or_no

WHERE_FROM = (
    *("provider", "model_served", "searched", "country", "country_honoured", "locale", "locale_honoured"),
    *("cost_usd", "cost_source", "latency_ms", "asked_at", "received_at"),
)


class CitationSerializer(serializers.ModelSerializer):
    answer_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Citation
        fields = ["id", "answer_id", "position", "url", "canonical_url", "domain", "title", "is_cited"]
        read_only_fields = fields


class AnswerSerializer(serializers.ModelSerializer):
    run_id = serializers.UUIDField(read_only=True, allow_null=True)
    brand_id = serializers.UUIDField(read_only=True)
    query_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Answer
        fields = [
            *("id", "brand_id", "query_id", "run_id", "question", "collector", "sample"),
            *("status", "text", "error", *WHERE_FROM),
        ]
        read_only_fields = fields


class AnswerWithCitationsSerializer(AnswerSerializer):
    citations = CitationSerializer(many=True, read_only=True)

    class Meta(AnswerSerializer.Meta):
        fields = [*AnswerSerializer.Meta.fields, "citations"]
        read_only_fields = fields


class AnswerFilters(FilterSet):
    customer_id = UUIDFilter("brand__customer_id")
    brand_id = UUIDFilter()
    query_id = UUIDFilter()
    run_id = UUIDFilter()
    collector = CharFilter()
    status = MultipleChoiceFilter(choices=Answer.Status.choices)
    asked_after = MomentFilter("asked_at", lookup_expr="gte")
    asked_before = MomentFilter("asked_at", lookup_expr="lte")


class CitationFilters(FilterSet):
    customer_id = UUIDFilter("answer__brand__customer_id")
    brand_id = UUIDFilter("answer__brand_id")
    answer_id = UUIDFilter()
    domain = CharFilter()
    is_cited = yes_or_no("is_cited")


@extend_schema_view(
    list=extend_schema(summary="Answers, newest first"),
    retrieve=extend_schema(summary="An answer with its citations"),
)
class AnswerViewSet(ReadRows):
    queryset = Answer.objects.select_related("brand").defer("body")
    filterset_class = AnswerFilters
    reading = Right.RESULTS
    list_ordering = ("-asked_at", "pk")

    def get_serializer_class(self) -> type[AnswerSerializer]:
        return AnswerWithCitationsSerializer if self.action == "retrieve" else AnswerSerializer


@extend_schema_view(
    list=extend_schema(summary="Pages that answers cite or consulted"),
    retrieve=extend_schema(summary="A citation"),
)
class CitationViewSet(ReadRows):
    queryset = Citation.objects.select_related("answer__brand").defer("answer__body", "answer__text")
    serializer_class = CitationSerializer
    filterset_class = CitationFilters
    reading = Right.RESULTS
    list_ordering = ("-id",)

from typing import Any

from django.db import transaction
from django_filters import UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.api.query_table import QueryTables
from brands.matching import names
from brands.models import Brand, Query, Topic
from jobs.api.base import WriteRows
from jobs.api.filters import yes_or_no
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.serializers import KnownFields, Reference, RowSerializer

MOST_AT_ONCE = 1000
OTHER_BRAND = "This topic belongs to another brand."


class TopicSerializer(RowSerializer):
    brand_id = Reference(Brand, source="brand")

    class Meta:
        model = Topic
        fields = ["id", "brand_id", "name"]
        fixed = ["brand_id"]
        taken = {"topic_name_once_a_brand": ("name", "This brand has a topic of this name already.")}


class QuerySerializer(RowSerializer):
    brand_id = Reference(Brand, source="brand")
    topic_id = Reference(Topic, source="topic", required=False, allow_null=True)
    expected = serializers.ListField(
        child=serializers.CharField(max_length=200),
        max_length=50,
        required=False,
        help_text="Makes it a canary: words of which a right answer has at least one.",
    )

    class Meta:
        model = Query
        fields = [
            *("id", "brand_id", "topic_id", "text", "country", "locale"),
            *("is_active", "is_branded", "is_suggested", "expected", "created_at"),
        ]
        read_only_fields = ["is_branded", "is_suggested", "created_at"]
        fixed = ["brand_id"]
        taken = {"query_once_a_brand": ("text", "This brand has this query already, for the same country and locale.")}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data = super().validate(data)
        brand = data.get("brand") or self.instance.brand
        if data.get("topic") is not None and data["topic"].brand_id != brand.pk:
            raise ValidationError({"topic_id": [OTHER_BRAND]})
        return data


class NewQuerySerializer(KnownFields, serializers.ModelSerializer):
    topic = serializers.CharField(max_length=200, required=False, help_text="A topic's name; made where it is new.")

    class Meta:
        model = Query
        fields = ["text", "topic", "country", "locale", "is_active"]


class ManyQueriesSerializer(KnownFields):
    brand_id = Reference(Brand)
    queries = NewQuerySerializer(many=True, allow_empty=False, max_length=MOST_AT_ONCE)


class MadeQueriesSerializer(serializers.Serializer):
    created = QuerySerializer(many=True)
    already_there = serializers.IntegerField(help_text="Queries that the brand had, or that were sent twice.")


class TopicFilters(FilterSet):
    customer_id = UUIDFilter("brand__customer_id")
    brand_id = UUIDFilter()


class QueryFilters(FilterSet):
    customer_id = UUIDFilter("brand__customer_id")
    brand_id = UUIDFilter()
    topic_id = UUIDFilter()
    is_active = yes_or_no("is_active")
    is_branded = yes_or_no("is_branded")
    is_suggested = yes_or_no("is_suggested")


@extend_schema_view(
    list=extend_schema(summary="Topics, by name"),
    retrieve=extend_schema(summary="A topic"),
    create=extend_schema(summary="Make a topic"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a topic; its queries are kept"),
)
class TopicViewSet(WriteRows):
    queryset = Topic.objects.select_related("brand")
    serializer_class = TopicSerializer
    filterset_class = TopicFilters
    list_ordering = ("name", "pk")


@extend_schema_view(
    list=extend_schema(summary="Queries, newest first"),
    retrieve=extend_schema(summary="A query"),
    create=extend_schema(summary="Make a query"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a query with its answers"),
)
class QueryViewSet(QueryTables):
    queryset = Query.objects.select_related("brand")
    serializer_class = QuerySerializer
    filterset_class = QueryFilters

    @extend_schema(
        summary="Make many queries at once: all of them or, where one is wrong, none",
        request=ManyQueriesSerializer,
        responses={201: MadeQueriesSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=False, methods=["post"])
    @idempotent
    def bulk(self, request: Request) -> Response:
        body = ManyQueriesSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        brand = self.brand_to_write(body)
        asked = body.validated_data["queries"]
        created = make_queries(brand, asked)
        answer = {"created": created, "already_there": len(asked) - len(created)}
        return Response(MadeQueriesSerializer(answer, context=self.get_serializer_context()).data, status=201)


@transaction.atomic
def make_queries(brand: Brand, asked: list[dict[str, Any]]) -> list[Query]:
    """Make those that the brand does not have yet, with their topics, in a fixed number of statements."""
    topics = _topics(brand, {query["topic"] for query in asked if query.get("topic")})
    known = set(brand.queries.values_list("text", "country", "locale"))
    made: dict[tuple[str, str, str], Query] = {}
    for fields in asked:
        topic = topics.get(fields.get("topic", ""))
        query = Query(**{**fields, "brand": brand, "topic": topic})
        query.is_branded = names(query.text, [brand.entity()])
        key = (query.text, query.country, query.locale)
        if key not in known:
            made.setdefault(key, query)
    return Query.objects.bulk_create(made.values())


def _topics(brand: Brand, wanted: set[str]) -> dict[str, Topic]:
    Topic.objects.bulk_create([Topic(brand=brand, name=name) for name in sorted(wanted)], ignore_conflicts=True)
    return {topic.name: topic for topic in brand.topics.filter(name__in=wanted)}

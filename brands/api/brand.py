from typing import Any

from django_filters import CharFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from brands.api.brand_scoring import RuleSerializer, ScoringActions
from brands.models import Brand, Competitor, Customer
from jobs.access import Right
from jobs.api.base import WriteRows
from jobs.api.estimate import QuickPreviewSerializer, QuickRunSerializer, preview_now
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.options import OptionsSerializer
from jobs.api.run import StartedRunSerializer, run_now
from jobs.api.serializers import Reference, RowSerializer

NAMED = ("name", "aliases", "products", "domains", "rules")
STARTS_A_RUN: dict[str, Any] = {
    "request": OptionsSerializer,
    "responses": {201: StartedRunSerializer, 200: StartedRunSerializer},
    "parameters": [PARAMETER],
}


def names(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=200, required=False, help_text=help_text
    )


class NamedSerializer(RowSerializer):
    aliases = names("Other names, old names and spellings.")
    products = names("Products that count as a mention.")
    domains = names("Its own web sites.")
    rules = RuleSerializer(many=True, required=False, help_text="What ambiguous names must fulfil besides.")


class BrandSerializer(NamedSerializer):
    customer_id = Reference(Customer, source="customer")

    class Meta:
        model = Brand
        fields = ["id", "customer_id", *NAMED, "description", "created_at"]
        read_only_fields = ["created_at"]
        extra_kwargs = {"description": {"max_length": 10_000}}
        fixed = ["customer_id"]
        taken = {"brand_name_once_a_customer": ("name", "This customer has a brand of this name already.")}


class CompetitorSerializer(NamedSerializer):
    brand_id = Reference(Brand, source="brand")

    class Meta:
        model = Competitor
        fields = ["id", "brand_id", *NAMED, "created_at"]
        read_only_fields = ["created_at"]
        fixed = ["brand_id"]
        taken = {"competitor_name_once_a_brand": ("name", "This brand has a competitor of this name already.")}


class BrandFilters(FilterSet):
    customer_id = UUIDFilter()
    name = CharFilter()


class CompetitorFilters(FilterSet):
    customer_id = UUIDFilter("brand__customer_id")
    brand_id = UUIDFilter()


@extend_schema_view(
    list=extend_schema(summary="Brands, newest first"),
    retrieve=extend_schema(summary="A brand"),
    create=extend_schema(summary="Make a brand"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a brand with its queries, answers and jobs"),
)
class BrandViewSet(ScoringActions, WriteRows):
    queryset = Brand.objects.all()
    serializer_class = BrandSerializer
    filterset_class = BrandFilters
    reading = Right.RESULTS

    @extend_schema(summary="Ask its queries now", **STARTS_A_RUN)
    @action(detail=True, methods=["post"], url_path="collect-data-now")
    @idempotent
    def collect_data_now(self, request: Request, pk: str) -> Response:
        return run_now(request, "data_collection", self.get_object())

    @extend_schema(summary="Score its answers now", **STARTS_A_RUN)
    @action(detail=True, methods=["post"], url_path="score-now")
    @idempotent
    def score_now(self, request: Request, pk: str) -> Response:
        return run_now(request, "scoring", self.get_object())

    @extend_schema(summary="Ask its queries and score the answers now", **STARTS_A_RUN)
    @action(detail=True, methods=["post"], url_path="collect-and-score-now")
    @idempotent
    def collect_and_score_now(self, request: Request, pk: str) -> Response:
        return run_now(request, "data_collection_and_scoring", self.get_object())

    @extend_schema(
        summary="What a run for it would ask for and cost, before it is made",
        request=QuickRunSerializer,
        responses=QuickPreviewSerializer,
    )
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        return preview_now(request, self.get_object())


@extend_schema_view(
    list=extend_schema(summary="Competitors, newest first"),
    retrieve=extend_schema(summary="A competitor"),
    create=extend_schema(summary="Make a competitor"),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a competitor with its scores"),
)
class CompetitorViewSet(WriteRows):
    queryset = Competitor.objects.select_related("brand")
    serializer_class = CompetitorSerializer
    filterset_class = CompetitorFilters

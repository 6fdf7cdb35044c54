from typing import Any

from django_filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Rescore
from brands.rescoring import Overtaken, apply, discard
from jobs.access import Right
from jobs.api.base import ReadRows
from jobs.api.errors import Conflict


class DifferenceSerializer(serializers.Serializer):
    answer = serializers.UUIDField(help_text="The answer's id.")
    question = serializers.CharField()
    collector = serializers.CharField()
    entity = serializers.CharField()
    kind = serializers.CharField(help_text="mention gained, mention lost, label, rank, or a stance.")
    was = serializers.CharField(allow_blank=True)
    now = serializers.CharField(allow_blank=True)
    why = serializers.CharField()


class RescoreSerializer(serializers.ModelSerializer):
    brand_id = serializers.UUIDField(read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Differences by kind.")
    versions = serializers.DictField(child=serializers.CharField(), help_text="Of the scorers.")
    differences = DifferenceSerializer(many=True, help_text="The first 500 of them.")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, read_only=True)

    class Meta:
        model = Rescore
        fields = [
            *("id", "brand_id", "state", "answers", "counts", "versions", "differences"),
            *("started_by", "created_at", "decided_by", "decided_at"),
        ]
        read_only_fields = fields


class RescoreFilters(FilterSet):
    customer_id = UUIDFilter("brand__customer_id")
    brand_id = UUIDFilter()
    state = ChoiceFilter(choices=Rescore.State.choices)


@extend_schema_view(
    list=extend_schema(summary="Rescores of brands, newest first"),
    retrieve=extend_schema(summary="A rescore with what it changes"),
)
class RescoreViewSet(ReadRows):
    queryset = Rescore.objects.select_related("brand", "decided_by")
    serializer_class = RescoreSerializer
    filterset_class = RescoreFilters
    reading = Right.READ

    @extend_schema(summary="Let its scores count from now on", request=None, responses=RescoreSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        return self._decide(apply, request)

    @extend_schema(summary="Keep the current scores", request=None, responses=RescoreSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        return self._decide(discard, request)

    def _decide(self, how: Any, request: Request) -> Response:
        rescore = self.get_object()
        try:
            how(rescore, request.user)
        except Overtaken as error:
            raise Conflict(str(error)) from None
        return Response(self.fresh(rescore.pk))

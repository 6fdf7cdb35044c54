"""What a brand's address does about its scores."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from brands.ambiguous_names import AmbiguousName, ambiguous_names
from brands.matching.name_rule import kept_rule
from jobs.api.base import Rows
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.run import StartedRunSerializer, run_now


class RuleSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    case_sensitive = serializers.BooleanField(required=False, help_text="Only with these capital letters.")
    exact = serializers.BooleanField(required=False, help_text="No endings, no other spaces or hyphens.")
    required = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="One of these words must stand in the answer."
    )
    excluded = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="None of these may stand in the same sentence."
    )

    def to_representation(self, instance: Any) -> Any:
        return instance  # a kept rule has what it asks for alone


class AmbiguousNameSerializer(serializers.Serializer):
    name = serializers.CharField()
    entity_id = serializers.UUIDField()
    reasons = serializers.ListField(child=serializers.CharField())
    places = serializers.IntegerField(help_text="How often its letters stand in stored answers.")
    false_hit_rate = serializers.FloatField(allow_null=True, help_text="The estimated share of them that mean else.")
    proposed_rule = RuleSerializer()


class AmbiguousNamesSerializer(serializers.Serializer):
    names = AmbiguousNameSerializer(many=True)


def shown(found: AmbiguousName) -> dict[str, Any]:
    return {
        "name": found.ambiguity.name,
        "entity_id": found.row.pk,
        "reasons": found.ambiguity.reasons,
        "places": found.rate.places,
        "false_hit_rate": found.rate.rate,
        "proposed_rule": kept_rule(found.ambiguity.proposed),
    }


class ScoringActions(Rows):
    @extend_schema(
        summary="Score its answers anew, beside the current scores",
        request=None,
        responses={201: StartedRunSerializer, 200: StartedRunSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"], url_path="rescore-now")
    @idempotent
    def rescore_now(self, request: Request, pk: str) -> Response:
        return run_now(request, "rescoring", self.get_object())

    @extend_schema(summary="Its ambiguous names without a rule, with one proposed", responses=AmbiguousNamesSerializer)
    @action(detail=True, url_path="ambiguous-names", pagination_class=None, filter_backends=[])
    def ambiguous_names(self, request: Request, pk: str) -> Response:
        found = [shown(each) for each in ambiguous_names(self.get_object())]
        return Response(AmbiguousNamesSerializer({"names": found}).data)

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.options import checked_options
from jobs.api.serializers import KnownFields
from jobs.forecast import estimate, estimate_as_json, obstacles


class EstimateLineSerializer(serializers.Serializer):
    name = serializers.CharField()
    calls = serializers.IntegerField()
    cost_usd = serializers.FloatField(allow_null=True, help_text="Null where no price is known.")
    basis = serializers.CharField(help_text="Where the price is from: billed or estimated calls, or the price table.")


class EstimateSerializer(serializers.Serializer):
    """What one run asks for when every call succeeds at the first try."""

    calls = serializers.IntegerField()
    cost_usd = serializers.FloatField(help_text="Of the calls whose price is known.")
    calls_without_price = serializers.IntegerField()
    lines = EstimateLineSerializer(many=True)


class ForecastSerializer(EstimateSerializer):
    runs_per_month = serializers.IntegerField(help_text="In the next 30 days.")
    calls_per_month = serializers.IntegerField()
    cost_usd_per_month = serializers.FloatField()


class QuickRunSerializer(KnownFields):
    job_type = serializers.CharField(max_length=100)
    metadata = serializers.DictField(default=dict, help_text="Options of the run.")


class QuickPreviewSerializer(serializers.Serializer):
    obstacles = serializers.ListField(
        child=serializers.CharField(), help_text="Sentences that say what stands in the way of a run now."
    )
    cost = EstimateSerializer(allow_null=True, help_text="Null for work that costs nothing.")


def preview_now(request: Request, subject: Any) -> Response:
    """What a run without a scheduled job would ask for and cost."""
    body = QuickRunSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    job_type = body.validated_data["job_type"]
    options = checked_options(job_type, body.validated_data["metadata"])
    cost = estimate(job_type, subject.pk, options)
    found = {
        "obstacles": obstacles(job_type, subject.owner.pk, subject.pk, options),
        "cost": None if cost is None else estimate_as_json(cost),
    }
    return Response(QuickPreviewSerializer(found).data)

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.asking import collectors, unusable
from brands.costs import first_usable, price
from brands.models import Brand
from jobs.api.base import Rows


class CollectorSerializer(serializers.Serializer):
    name = serializers.CharField()
    provider = serializers.CharField(allow_null=True, help_text="Who is asked first; null where nobody can be.")
    obstacle = serializers.CharField(help_text="Why it cannot be asked, in a sentence; empty where it can.")
    cost_usd = serializers.FloatField(allow_null=True, help_text="Of a call; null where no price is known.")
    basis = serializers.CharField(help_text="Where the price is from.")


class CollectorViewSet(Rows):
    """The answer engines that jobs can ask. They are the same for every customer."""

    queryset = Brand.objects.none()
    serializer_class = CollectorSerializer
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(summary="Collectors, and why one cannot be asked")
    def list(self, request: Request) -> Response:
        return Response(CollectorSerializer([_collector(name) for name in collectors()], many=True).data)


def _collector(name: str) -> dict[str, Any]:
    provider = first_usable(name)
    found = price(name, provider) if provider else None
    return {
        "name": name,
        "provider": provider,
        "obstacle": unusable(name),
        "cost_usd": found.usd if found else None,
        "basis": found.basis if found else "",
    }

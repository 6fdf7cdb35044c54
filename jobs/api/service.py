from typing import Any

from django.apps import apps
from django.conf import settings
from django_filters import UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.access import OWNER, Right
from jobs.api.base import ReadRows, WriteRows
from jobs.api.filters import MomentFilter, yes_or_no
from jobs.api.idempotency import PARAMETER
from jobs.api.serializers import Reference, RowSerializer
from jobs.models import Service, ServiceRecord
from jobs.models.service import LONGEST_SECRET, TAKEN, check_secret
from jobs.presets import fields_of
from jobs.services import SHOWN, try_out
from jobs.thresholds import LONGEST_FIELD, MOST


class ThresholdSerializer(serializers.Serializer):
    field = serializers.CharField(max_length=LONGEST_FIELD, help_text="A numeric field, such as memory.used.")
    side = serializers.ChoiceField(["above", "below"])
    value = serializers.FloatField()


class ServiceSerializer(RowSerializer):
    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=LONGEST_SECRET,
        help_text="The header's whole value. Written and never shown; empty: none.",
    )
    has_secret = serializers.BooleanField(read_only=True)
    thresholds = ThresholdSerializer(many=True, required=False, max_length=MOST)
    labels = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=20)
    health = serializers.ChoiceField(Service.Health.choices, read_only=True)

    class Meta:
        model = Service
        fields = [
            *("id", "name", "preset", "url", "auth_header", "secret", "has_secret", "records_path", "id_path"),
            *("time_path", "asks", "asks_param", "cursor_path", "cursor_param", "thresholds", "labels", "is_active"),
            *("health", "last_tried_at", "last_synced_at", "last_error", "failures", "records_until"),
            *("created_at", "updated_at"),
        ]
        read_only_fields = [
            *("last_tried_at", "last_synced_at", "last_error", "failures", "records_until", "created_at", "updated_at")
        ]
        fixed = [f"{OWNER}_id"]
        taken = {"one_service_a_name": ("name", TAKEN)}

    def get_fields(self) -> dict[str, Any]:
        owner = Reference(apps.get_model(settings.JOBS_OWNER_MODEL), source="owner")
        return {**super().get_fields(), f"{OWNER}_id": owner}

    def validate_secret(self, value: str) -> str:
        if problem := check_secret(value):
            raise ValidationError(problem)
        return value

    def create(self, validated_data: dict[str, Any]) -> Any:
        """What the body leaves out is as the preset says."""
        preset = validated_data.get("preset", "generic")
        return super().create({**fields_of(preset), **validated_data})


class ServiceFilters(FilterSet):
    is_active = yes_or_no("is_active")

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        filters: dict[str, Any] = super().get_filters()
        filters[f"{OWNER}_id"] = UUIDFilter("owner_id")
        return filters


class RecordSerializer(serializers.ModelSerializer):
    service_id = serializers.UUIDField(read_only=True)
    data = serializers.DictField(read_only=True, help_text="The record as the service sent it.")

    class Meta:
        model = ServiceRecord
        fields = ["id", "service_id", "record_id", "at", "data", "stored_at"]
        read_only_fields = fields


class TriedRecordSerializer(serializers.Serializer):
    record_id = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    data = serializers.DictField()


class TrialSerializer(serializers.Serializer):
    is_readable = serializers.BooleanField()
    message = serializers.CharField(help_text="What came, or what went wrong, in a sentence.")
    records = TriedRecordSerializer(many=True, help_text=f"The first {SHOWN} of them.")
    unreadable = serializers.ListField(child=serializers.CharField(), help_text="Records that cannot be read, and why.")


@extend_schema_view(
    list=extend_schema(summary="Services whose records are pulled, newest first"),
    retrieve=extend_schema(summary="A service and how it does"),
    create=extend_schema(summary="Add a service", parameters=[PARAMETER]),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a service and its records"),
)
class ServiceViewSet(WriteRows):
    queryset = Service.objects.all()
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilters

    @extend_schema(
        summary="Ask it once and show what would be stored; nothing is", request=None, responses=TrialSerializer
    )
    @action(detail=True, methods=["post"], url_path="try")
    def try_it(self, request: Request, pk: str) -> Response:
        return Response(TrialSerializer(try_out(self.get_object())).data)


class RecordFilters(FilterSet):
    service_id = UUIDFilter("service_id")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lte")


@extend_schema_view(
    list=extend_schema(summary="Records of services, newest first"),
    retrieve=extend_schema(summary="A record"),
)
class RecordViewSet(ReadRows):
    queryset = ServiceRecord.objects.all()
    serializer_class = RecordSerializer
    filterset_class = RecordFilters
    list_ordering = ("-at", "-pk")
    reading = Right.READ

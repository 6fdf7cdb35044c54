from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from jobs.access import Right, may_anywhere
from jobs.api.base import HasRight, ReadRows
from jobs.errors import ScriptRefused
from jobs.models import Script
from jobs.scripts.decisions import look, look_at


class ArgumentSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField(help_text="string, integer, number, boolean, choice or date.")
    choices = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()
    default = serializers.JSONField(allow_null=True)
    description = serializers.CharField()


class ScriptSerializer(serializers.ModelSerializer):
    state = serializers.CharField(help_text="new, approved, changed or cannot run.")
    arguments = serializers.SerializerMethodField(help_text="As its header declares them on the web server's machine.")

    class Meta:
        model = Script
        fields = ["id", "name", "description", "state", "problem", "arguments"]
        fields += ["sha256", "seen_at", "approved_sha256", "approved_at"]
        read_only_fields = fields

    @extend_schema_field(ArgumentSerializer(many=True))
    def get_arguments(self, script: Script) -> list[dict[str, Any]]:
        file = look_at(script.name)
        return [argument.model_dump(mode="json") for argument in file.declaration.arguments] if file else []


class ReachesScripts(HasRight):
    """Which of them, the query says."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return may_anywhere(request.user, view.needed_right())


@extend_schema_view(
    list=extend_schema(summary="Scripts that may be run, by name"),
    retrieve=extend_schema(summary="A script"),
)
class ScriptViewSet(ReadRows):
    """A script runs through a scheduled job of the type `script`."""

    queryset = Script.objects.all()
    serializer_class = ScriptSerializer
    permission_classes = [IsAuthenticated, ReachesScripts]
    list_ordering = ("name", "pk")

    def get_queryset(self) -> QuerySet[Script]:
        if getattr(self, "swagger_fake_view", False):
            return Script.objects.none()
        with suppress(ScriptRefused):  # scripts are off: their rows say what was seen last
            look()
        return Script.objects.reached_by(self.request.user, Right.READ)

from django_filters import ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticated

from jobs.access import Right
from jobs.api.base import Rows, SuperuserOnly
from jobs.models import Worker


class WorkerSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(Worker.State.choices, read_only=True)

    class Meta:
        model = Worker
        fields = ["name", "role", "state", "host", "pid", "concurrency", "started_at", "seen_at"]
        read_only_fields = fields


class WorkerFilters(FilterSet):
    role = ChoiceFilter(choices=Worker.Role.choices)


@extend_schema_view(list=extend_schema(summary="Workers and beats that have said they are alive"))
class WorkerViewSet(mixins.ListModelMixin, Rows):
    """Machines belong to no owner: only superusers see them."""

    queryset = Worker.objects.all()
    serializer_class = WorkerSerializer
    filterset_class = WorkerFilters
    permission_classes = [IsAuthenticated, SuperuserOnly]
    list_ordering = ("name",)
    reading = Right.MANAGE

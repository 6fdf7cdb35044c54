from uuid import UUID

from django_filters import ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticated

from jobs.access import Right
from jobs.api.base import Rows, SuperuserOnly
from jobs.models import JobRun, Worker
from jobs.status import RunStatus


class WorkerSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(Worker.State.choices, read_only=True)
    queues = serializers.ListField(child=serializers.CharField(), read_only=True)
    current_runs = serializers.SerializerMethodField(help_text="Ids of the job runs that it is at.")

    class Meta:
        model = Worker
        fields = [
            *("name", "role", "state", "host", "pid", "concurrency", "queues", "current_runs", "runs_done"),
            *("memory_bytes", "version", "started_at", "seen_at"),
        ]
        read_only_fields = fields

    def get_current_runs(self, worker: Worker) -> list[UUID]:
        at_work = JobRun.objects.filter(worker=worker.name, status=RunStatus.PROCESSING)
        return list(at_work.order_by("started_at").values_list("pk", flat=True))


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

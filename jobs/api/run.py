from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter, UUIDFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.alarms import Watch
from jobs.api.base import ReadRows
from jobs.api.filters import OfOwner, SinceUntil
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.options import OptionsSerializer, options_of_request
from jobs.api.serializers import OfOwnerSerializer
from jobs.dispatch import Triggered, retry, run_again, run_once
from jobs.models import JobRun, RunEvent, RunLog, RunOutput
from jobs.status import RunStatus, Trigger


class RunSerializer(OfOwnerSerializer):
    scheduled_job_id = serializers.UUIDField(source="scheduled_job.uuid", read_only=True, allow_null=True)
    metadata = serializers.DictField(source="options", read_only=True, help_text="The options as they were then.")
    schedule = serializers.DictField(read_only=True, help_text="The schedule as it was then.")
    metrics = serializers.DictField(read_only=True)
    triggered_by = serializers.CharField(source="triggered_by.username", read_only=True, allow_null=True)
    duration_seconds = serializers.SerializerMethodField()
    warning = serializers.SerializerMethodField(help_text="Why a pending run may wait for ever: nobody takes it.")

    class Meta:
        model = JobRun
        fields = [
            *("id", "scheduled_job_id", "job_name", "job_type", "metadata", "schedule"),
            *("trigger", "triggered_by", "scheduled_for", "status", "reason", "metrics", "done", "total"),
            *("attempt", "max_attempts", "timeout_seconds", "priority", "queue", "waits_for", "warning", "worker"),
            *("created_at", "available_at", "started_at", "expected_at", "finished_at", "duration_seconds"),
        ]
        read_only_fields = fields

    def get_warning(self, run: JobRun) -> str:
        if not run.is_open:
            return ""
        if "watch" not in self.context:
            self.context["watch"] = Watch()  # one look at the processes for a whole list
        words: str = self.context["watch"].of_run(run)
        return words

    def get_duration_seconds(self, run: JobRun) -> float | None:
        return run.duration.total_seconds() if run.duration is not None else None


class StartedRunSerializer(RunSerializer):
    message = serializers.CharField(read_only=True, help_text="What was done.")

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "message"]
        read_only_fields = fields


class RunEventSerializer(serializers.ModelSerializer):
    class Meta:
        model = RunEvent
        fields = ["at", "from_status", "to_status", "reason", "by", "attempt"]
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = RunLog
        fields = ["at", "attempt", "level", "text"]
        read_only_fields = fields


class RunLogSerializer(serializers.Serializer):
    lines = LineSerializer(source="log", many=True, read_only=True, help_text="What the run wrote while it worked.")
    events = RunEventSerializer(many=True, read_only=True)


class RunOutputSerializer(serializers.ModelSerializer):
    text = serializers.SerializerMethodField(
        help_text="What is kept of it. Bytes that are no text are written as \\xff."
    )

    class Meta:
        model = RunOutput
        fields = ["attempt", "stream", "size", "text"]
        read_only_fields = fields

    def get_text(self, output: RunOutput) -> str:
        return bytes(output.content).decode(errors="backslashreplace")


class RunFilters(OfOwner, SinceUntil):
    status = MultipleChoiceFilter(choices=RunStatus.choices)
    trigger = ChoiceFilter(choices=Trigger.choices)
    job_type = CharFilter()
    scheduled_job_id = UUIDFilter("scheduled_job__uuid")


def with_what_is_shown(runs: QuerySet[JobRun]) -> QuerySet[JobRun]:
    """With what the serializer follows, in one query; of the job only its id."""
    shown = [field.attname for field in JobRun._meta.concrete_fields]
    return runs.select_related("scheduled_job", "triggered_by").only(
        *shown, "scheduled_job__uuid", "triggered_by__username"
    )


@extend_schema_view(
    list=extend_schema(summary="Job runs, newest first"),
    retrieve=extend_schema(summary="A job run"),
)
class RunViewSet(ReadRows):
    queryset = with_what_is_shown(JobRun.objects.all())
    serializer_class = RunSerializer
    filterset_class = RunFilters

    @extend_schema(summary="What a job run wrote, and what happened to it step by step", responses=RunLogSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def log(self, request: Request, pk: str) -> Response:
        return Response(RunLogSerializer(self.get_object()).data)

    @extend_schema(
        summary="What a script printed to each stream, attempt by attempt", responses=RunOutputSerializer(many=True)
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def output(self, request: Request, pk: str) -> Response:
        return Response(RunOutputSerializer(self.get_object().outputs.all(), many=True).data)

    @extend_schema(
        summary="Run it once more: what is there is kept, only what is missing is done",
        request=None,
        responses=RunSerializer,
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def retry(self, request: Request, pk: str) -> Response:
        run = self.get_object()
        retry(run, str(request.user))
        return Response(self.fresh(run.pk))

    @extend_schema(
        summary="A new run with the options of this one, or with those of the body",
        request=OptionsSerializer,
        responses={201: StartedRunSerializer, 200: StartedRunSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"], url_path="run-again")
    @idempotent
    def run_again(self, request: Request, pk: str) -> Response:
        run = self.get_object()
        return started(run_again(run, request.user, options=options_of_request(request, run.job_type)))

    @extend_schema(summary="Cancel an open job run", request=None, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        run = self.get_object()
        run.cancel(by=str(request.user))
        return Response(self.fresh(run.pk))


def started(triggered: Triggered) -> Response:
    """The answer to a request that starts work: 201 with the new run, or 200 with the one that is open."""
    run = with_what_is_shown(JobRun.objects.all()).get(pk=triggered.run.pk)
    words = "The run was made." if triggered.created else f"No second run was made: this one is {run.status}."
    return Response({**RunSerializer(run).data, "message": words}, status=201 if triggered.created else 200)


def run_now(request: Request, job_type: str, subject: Any) -> Response:
    """Run a job type for a subject without a scheduled job, with the options of the request."""
    return started(start_now(job_type, subject, request.user, options_of_request(request, job_type)))


def start_now(job_type: str, subject: Any, user: Any, options: dict[str, Any] | None = None) -> Triggered:
    """The same for other ways in than a request of the API."""
    return run_once(job_type, subject, options or {}, user)

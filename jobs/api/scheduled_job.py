from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django_filters import CharFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.access import OWNER, SUBJECT, scope
from jobs.alarms import Watch
from jobs.api.base import WriteRows
from jobs.api.errors import from_model
from jobs.api.estimate import ForecastSerializer
from jobs.api.filters import OfOwner, yes_or_no
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.options import OptionsSerializer, checked_options, options_of_request
from jobs.api.policies import POLICIES, PolicyFields
from jobs.api.run import RunSerializer, StartedRunSerializer, started, with_what_is_shown
from jobs.api.schedule import ScheduleFields, take_schedule
from jobs.api.serializers import OfOwnerSerializer
from jobs.dispatch import trigger
from jobs.errors import InvalidSchedule, UnknownName
from jobs.forecast import cost_as_json, forecast, obstacles_of
from jobs.job_type import job_types
from jobs.models import ScheduledJob
from jobs.schedules import NAME_LENGTH, Schedule, change_job, own_name

NAMES = {"options": "metadata", "enabled": "is_active", "owner": f"{OWNER}_id", "subject": f"{SUBJECT}_id"}
TAKEN = "Another scheduled job has this name. Choose another."


class ScheduledJobSerializer(ScheduleFields, PolicyFields, OfOwnerSerializer):
    id = serializers.UUIDField(source="uuid", read_only=True)
    name = serializers.CharField(max_length=NAME_LENGTH, required=False, help_text="Made up where it is left out.")
    is_active = serializers.BooleanField(source="enabled", default=True)
    metadata = serializers.DictField(
        source="options", default=dict, help_text="The job type's options, in camelCase or snake_case."
    )

    class Meta:
        model = ScheduledJob
        fields = [
            *("id", "name", "job_type", "is_active", "metadata"),
            *("cron_expression", "timezone", "every", "period", "at", "start_time", "expires"),
            *("schedule_in_words", "next_run_at", *POLICIES, "created_at", "updated_at"),
        ]
        read_only_fields = ["next_run_at", "created_at", "updated_at"]

    def validate_job_type(self, value: str) -> str:
        try:
            job_types.get(value)
        except UnknownName as error:
            raise ValidationError(str(error)) from None
        return value

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        job_type = data.get("job_type") or self.instance.job_type
        if "options" in data:
            data["options"] = checked_options(job_type, data["options"])
        if data.get("subject") is not None and data.get("owner") is None:
            data["owner"] = data["subject"].owner
        return data

    def unsaved(self) -> ScheduledJob:
        """The job that the data would make, for a look at it."""
        data = dict(self.validated_data)
        schedule = take_schedule(data, None)
        job = ScheduledJob(**data)
        try:
            if schedule is not None:
                schedule.apply(job)
            job.clean()
        except InvalidSchedule as error:
            raise _refused(schedule, error) from None
        except ModelError as error:
            raise from_model(error, NAMES) from None
        return job

    def put(self, row: ScheduledJob, data: dict[str, Any]) -> ScheduledJob:
        is_new = row._state.adding
        schedule = take_schedule(data, None if is_new else row)
        if is_new or data.get("name", row.name) != row.name:
            data["name"] = self._name(row, data)
        try:
            return change_job(row, schedule=schedule, **data)
        except InvalidSchedule as error:
            raise _refused(schedule, error) from None
        except ModelError as error:
            raise from_model(error, NAMES) from None

    def _name(self, job: ScheduledJob, data: dict[str, Any]) -> str:
        """The name that is asked for, or one that says what the job does."""
        owner = data.get("owner", job.owner if not job._state.adding else None)
        name = data.get("name")
        if name and not ScheduledJob.objects.filter(name=name).exists():
            return str(name)
        if name and scope(ScheduledJob.objects.filter(name=name), self.context["request"].user).exists():
            raise ValidationError({"name": [TAKEN]})
        subject = data.get("subject")
        label = job_types.get(data.get("job_type") or job.job_type).label
        return own_name(name or (f"{subject}: {label}" if subject else label), owner)


def _refused(schedule: Schedule | None, error: InvalidSchedule) -> ValidationError:
    return ValidationError({"cron_expression" if schedule and schedule.cron_expression else "at": [str(error)]})


class LocalMoment(serializers.DateTimeField):
    def enforce_timezone(self, value: datetime) -> datetime:
        """As it is: in the time zone in which the schedule is written."""
        return value


class PreviewSerializer(serializers.Serializer):
    next_runs = serializers.ListField(child=LocalMoment(), help_text="In the schedule's own time zone.")
    schedule_in_words = serializers.CharField()
    obstacles = serializers.ListField(
        child=serializers.CharField(), help_text="Sentences that say what stands in the way of a run now."
    )
    cost = ForecastSerializer(allow_null=True, help_text="Null for work that costs nothing.")


class PreviewQuery(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=100, default=5)


class JobFilters(OfOwner):
    job_type = CharFilter()
    is_active = yes_or_no("enabled")


@extend_schema_view(
    list=extend_schema(summary="Scheduled jobs, newest first"),
    retrieve=extend_schema(summary="A scheduled job"),
    create=extend_schema(summary="Make a scheduled job", parameters=[PARAMETER]),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Delete a scheduled job; its runs are kept"),
)
class ScheduledJobViewSet(WriteRows):
    queryset = ScheduledJob.objects.select_related("crontab", "interval", "clocked", "owner")
    serializer_class = ScheduledJobSerializer
    filterset_class = JobFilters
    lookup_field = "uuid"
    lookup_url_kwarg = "id"

    @extend_schema(
        summary="Run it now",
        request=OptionsSerializer,
        responses={201: StartedRunSerializer, 200: StartedRunSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def trigger(self, request: Request, id: str) -> Response:
        job = self.get_object()
        options = options_of_request(request, job.job_type)
        return started(trigger(job, request.user, options=options))

    @extend_schema(summary="Its runs, newest first", responses=RunSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[])
    def runs(self, request: Request, id: str) -> Response:
        page = self.paginate_queryset(with_what_is_shown(self.get_object().runs.all()))
        data = RunSerializer(page, many=True, context=self.get_serializer_context()).data
        response: Response = self.get_paginated_response(data)
        return response

    @extend_schema(
        summary="When it runs next",
        responses=PreviewSerializer,
        parameters=[PreviewQuery],
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def preview(self, request: Request, id: str) -> Response:
        job = self.get_object()
        query = PreviewQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        try:
            moments = job.preview(query.validated_data["count"]) if job.enabled else []
        except InvalidSchedule:  # written past the forms
            moments = []
        return Response(previewed(job, moments))

    @extend_schema(summary="What a job would do and cost, before it is made", responses=PreviewSerializer)
    @action(detail=False, methods=["post"], url_path="preview")
    def preview_new(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        self.check_owner(body)
        job = body.unsaved()
        return Response(previewed(job, job.preview()))


def previewed(job: ScheduledJob, moments: list[datetime]) -> Any:
    preview = {
        "next_runs": moments,
        "schedule_in_words": job.schedule_in_words,
        "obstacles": [*obstacles_of(job), *Watch().of_job(job)],
        "cost": cost_as_json(forecast(job)),
    }
    return PreviewSerializer(preview).data

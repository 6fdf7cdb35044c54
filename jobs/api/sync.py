"""Syncing services by hand, and how the syncs do."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from jobs import clock
from jobs.access import OWNER, Right, may, scope
from jobs.api.base import SAFE, HasRight
from jobs.api.idempotency import PARAMETER, idempotent
from jobs.api.run import RunSerializer, StartedRunSerializer, started, with_what_is_shown
from jobs.api.serializers import KnownFields, Reference
from jobs.models import JobRun, Service
from jobs.services import SYNC, sync_all, sync_now
from jobs.status import RunStatus

LATEST = 10
NOTHING = "There is no active service."


class SyncRequest(KnownFields):
    def get_fields(self) -> dict[str, Any]:
        owner = Reference(apps.get_model(settings.JOBS_OWNER_MODEL), required=False, allow_null=True)
        return {**super().get_fields(), f"{OWNER}_id": owner}


class StartedSyncsSerializer(serializers.Serializer):
    message = serializers.CharField()
    runs = StartedRunSerializer(many=True)


class SyncStatusSerializer(serializers.Serializer):
    waiting = serializers.IntegerField(help_text="Runs that a worker may take now.")
    delayed = serializers.IntegerField(help_text="Runs that wait for their next attempt.")
    active = serializers.IntegerField()
    completed = serializers.IntegerField(help_text="Those of which some services failed are among them.")
    partial = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="Those that ran out of time are among them.")
    latest = RunSerializer(many=True)


class SyncViewSet(ViewSet):
    permission_classes = [IsAuthenticated, HasRight]

    def needed_right(self) -> Right:
        return Right.READ if self.request.method in SAFE else Right.WRITE

    @extend_schema(
        summary="Sync all active services now: a run for each customer that has any, or for the one in the body",
        request=SyncRequest,
        responses={201: StartedSyncsSerializer, 200: StartedSyncsSerializer},
        parameters=[PARAMETER],
    )
    @action(detail=False, methods=["post"], url_path="all")
    @idempotent
    def sync_all(self, request: Request) -> Response:
        body = SyncRequest(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        chosen = body.validated_data.get(f"{OWNER}_id")
        if chosen is not None and not may(request.user, Right.WRITE, chosen.pk):
            self.permission_denied(request, message=HasRight.message)
        begun = [started(found) for owner in self._owners(chosen) if (found := sync_all(owner, request.user))]
        words = f"{len(begun)} run{'' if len(begun) == 1 else 's'}, one for each customer." if begun else NOTHING
        is_new = any(response.status_code == 201 for response in begun)
        return Response({"message": words, "runs": [r.data for r in begun]}, status=201 if is_new else 200)

    def _owners(self, chosen: Any) -> list[Any]:
        if chosen is not None:
            return [chosen]
        services = scope(Service.objects.filter(is_active=True), self.request.user, Right.WRITE)
        model: Any = apps.get_model(settings.JOBS_OWNER_MODEL)
        return list(model.objects.filter(pk__in=services.order_by().values("owner_id")))

    @extend_schema(
        summary="Sync one service now",
        request=None,
        responses={201: StartedRunSerializer, 200: StartedRunSerializer},
        parameters=[PARAMETER, OpenApiParameter("service_id", UUID, OpenApiParameter.PATH)],
    )
    @action(detail=False, methods=["post"], url_path="service/(?P<service_id>[^/.]+)")
    @idempotent
    def sync_service(self, request: Request, service_id: str) -> Response:
        rows = scope(Service.objects.select_related("owner"), request.user, Right.READ)
        service = get_object_or_404(rows, pk=service_id)
        self.check_object_permissions(request, service)
        return started(sync_now(service, request.user))

    @extend_schema(summary="How many syncs wait, work and have ended, and the latest", responses=SyncStatusSerializer)
    @action(detail=False, methods=["get"], url_path="status")
    def how_it_goes(self, request: Request) -> Response:
        runs = scope(JobRun.objects.filter(job_type=SYNC), request.user, Right.READ)
        latest = with_what_is_shown(runs).order_by("-created_at")[:LATEST]
        return Response(SyncStatusSerializer({**_counts(runs), "latest": latest}, context={"request": request}).data)


def _counts(runs: Any) -> dict[str, int]:
    is_pending, is_later = Q(status=RunStatus.PENDING), Q(available_at__gt=clock.now())
    kinds = {
        "waiting": is_pending & ~is_later,
        "delayed": is_pending & is_later,
        "active": Q(status=RunStatus.PROCESSING),
        "completed": Q(status__in=[RunStatus.COMPLETED, RunStatus.PARTIAL]),
        "partial": Q(status=RunStatus.PARTIAL),
        "failed": Q(status__in=[RunStatus.FAILED, RunStatus.TIMED_OUT]),
    }
    counts: dict[str, int] = runs.order_by().aggregate(**{k: Count("pk", filter=q) for k, q in kinds.items()})
    return counts

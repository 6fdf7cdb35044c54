"""Pausing all schedules at once."""

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from jobs.access import Right, may_anywhere, may_pause
from jobs.api.base import SAFE
from jobs.api.serializers import KnownFields
from jobs.models import Pause
from jobs.schedules import pause_all, resume_all


class MayPause(BasePermission):
    """A pause concerns all owners, so no role with one of them is enough for it."""

    message = "Only superusers may do this."

    def has_permission(self, request: Request, view: object) -> bool:
        return may_anywhere(request.user, Right.READ) if request.method in SAFE else may_pause(request.user)


class PauseRequest(KnownFields):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PauseSerializer(serializers.Serializer):
    is_paused = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    reason = serializers.CharField()
    message = serializers.CharField(help_text="The same in a sentence.")


ONE = forced_singular_serializer(PauseSerializer)  # type: ignore[no-untyped-call]


def state(pause: Pause | None) -> Response:
    row = {
        "is_paused": pause is not None,
        "since": pause and pause.since,
        "by": pause.by if pause else "",
        "reason": pause.reason if pause else "",
        "message": str(pause or "Schedules start runs."),
    }
    return Response(PauseSerializer(row).data)


class PauseViewSet(ViewSet):
    permission_classes = [IsAuthenticated, MayPause]

    @extend_schema(summary="Whether all schedules are paused", responses=ONE)
    def list(self, request: Request) -> Response:
        return state(Pause.current())

    @extend_schema(
        summary="Pause all schedules: each tick that is due meanwhile is skipped and says why",
        request=PauseRequest,
        responses={200: PauseSerializer},
    )
    def create(self, request: Request) -> Response:
        body = PauseRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return state(pause_all(by=str(request.user), reason=body.validated_data.get("reason", "")))


class ResumeViewSet(ViewSet):
    permission_classes = [IsAuthenticated, MayPause]

    @extend_schema(summary="Let schedules start runs again", request=None, responses={200: PauseSerializer})
    def create(self, request: Request) -> Response:
        resume_all()
        return state(None)

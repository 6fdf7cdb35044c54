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

    message = "Only those who may change the pause of all schedules may do this."

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


def state(pause: Pause | None) -> Response:
    if pause is None:
        row = {"is_paused": False, "since": None, "by": "", "reason": "", "message": "Schedules start runs."}
    else:
        row = {"is_paused": True, "since": pause.since, "by": pause.by, "reason": pause.reason, "message": str(pause)}
    return Response(PauseSerializer(row).data)


class PauseViewSet(ViewSet):
    permission_classes = [IsAuthenticated, MayPause]

    @extend_schema(summary="Whether all schedules are paused", responses=forced_singular_serializer(PauseSerializer))
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

"""Tokens: a pair for a password, a new pair for a refresh token, and the end of one."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.views import TokenBlacklistView, TokenRefreshView, TokenViewBase

WRONG = "The user name or the password is wrong."
LOCKED = "Too many wrong logins. Try again in {minutes} minutes."


@receiver(pre_save, sender="token_blacklist.OutstandingToken")
def keep_no_token(instance: Any, **_: Any) -> None:
    """A refresh token is known again by its id; the text that opens the door is not kept."""
    instance.token = ""


class TokenRequestSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150, write_only=True)
    password = serializers.CharField(max_length=1000, write_only=True, trim_whitespace=False)
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        # Django's own request, on which the lock-out leaves its mark.
        user = authenticate(self.context["request"]._request, **data)
        if user is None:
            raise AuthenticationFailed(WRONG)
        refresh = RefreshToken.for_user(user)
        return {"refresh": str(refresh), "access": str(refresh.access_token)}


class RefreshSerializer(TokenRefreshSerializer):
    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        # The package's own looks at nothing but the signature and whether the user is active.
        JWTAuthentication().get_user(RefreshToken(attrs["refresh"]))
        return super().validate(attrs)


class TokenView(TokenViewBase):
    serializer_class = TokenRequestSerializer

    @extend_schema(summary="Get an access and a refresh token", auth=[])
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().post(request, *args, **kwargs)
        return response


@extend_schema(summary="Get a new pair for a refresh token, which ends with it", auth=[])
class RefreshView(TokenRefreshView):
    serializer_class = RefreshSerializer


@extend_schema(summary="End a refresh token", auth=[], responses={200: None})
class RevokeView(TokenBlacklistView):
    pass


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any = None) -> HttpResponse:
    """What somebody gets after too many wrong logins, at the token endpoint and in the admin."""
    seconds = settings.AXES_COOLOFF_TIME.total_seconds()
    sentence = LOCKED.format(minutes=math.ceil(seconds / 60))
    headers = {"Retry-After": str(int(seconds))}
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=429, headers=headers)
    return HttpResponse(sentence, status=429, headers=headers, content_type="text/plain; charset=utf-8")

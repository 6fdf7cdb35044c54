"""The API's addresses."""

from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from brands.api import routes as brands
from jobs.api import routes as jobs
from jobs.api.token import RefreshView, RevokeView, TokenView

router = SimpleRouter()
router.trailing_slash = "/?"  # its argument knows only with and without
first_version = SimpleRouter()
first_version.trailing_slash = "/?"
jobs.register(router)
jobs.register_first_version(first_version)
brands.register(router)


class SchemaView(SpectacularAPIView):
    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_classes: ClassVar[list[Any]] = []


class DocsView(SpectacularSwaggerSplitView):
    """The page without a script inside it."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_classes: ClassVar[list[Any]] = []


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"detail": "There is nothing at this address."}, status=404)


urlpatterns = [
    re_path(r"^token/?$", TokenView.as_view(), name="token"),
    re_path(r"^token/refresh/?$", RefreshView.as_view(), name="token-refresh"),
    re_path(r"^token/revoke/?$", RevokeView.as_view(), name="token-revoke"),
    re_path(r"^schema/?$", SchemaView.as_view(), name="schema"),
    re_path(r"^docs/?$", DocsView.as_view(url_name="schema"), name="docs"),
    path("admin/", include(router.urls)),
    path("v1/", include(first_version.urls)),
    re_path("", not_found),
]

"""How many requests somebody may send to the API: counted by user or, before a login, by address.

Each web process counts for itself, so what is allowed in all is that many times the setting.
"""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from config.client_ip import client_ip


class _ByOurCount:
    scope: str

    def get_rate(self) -> str:
        return str(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][self.scope])

    def get_ident(self, request: HttpRequest) -> str:
        """Not what the client says of itself in X-Forwarded-For."""
        return client_ip(request)


class PerAddress(_ByOurCount, AnonRateThrottle):
    pass


class PerUser(_ByOurCount, UserRateThrottle):
    def allow_request(self, request: HttpRequest, view: object) -> bool:
        return not request.user.is_authenticated or bool(super().allow_request(request, view))

"""Where a request comes from, for whoever counts by address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw.

    Each proxy adds one address at the end of X-Forwarded-For. What a client wrote there itself stands before those and
    counts for nothing, so nobody gets a new chance at a password by inventing addresses.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "127.0.0.1")
    if not settings.PROXIES:
        return peer
    seen = [address.strip() for address in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(seen) < settings.PROXIES:
        return peer
    try:
        return str(ipaddress.ip_address(seen[-settings.PROXIES]))
    except ValueError:
        return peer

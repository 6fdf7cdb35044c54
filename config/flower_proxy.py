"""Flower behind the admin's login: staff read it at /flower/, nobody commands it.

Flower itself listens on the loopback address and wants a password that only processes with the same SECRET_KEY know.
Its pages for machines, /metrics and /healthcheck, are open even so; they are not passed on.
"""

import hmac
from collections.abc import Iterator
from urllib.parse import quote

import httpx
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

CLOSED = {"metrics", "healthcheck"}
PASSED_ON = ("content-type", "cache-control", "expires", "last-modified", "x-content-type-options")
TIMEOUT = httpx.Timeout(30, connect=2)
DOWN = """<!doctype html>
<html lang="en"><title>Flower is not running</title>
<h1>Flower is not running</h1>
<p>Nothing usable answers at 127.0.0.1:{port}. <code>make status</code> shows which processes are up,
<code>make up</code> starts what is missing.</p></html>
"""


def derived_key(purpose: str) -> str:
    """A key for one purpose, made from SECRET_KEY: whoever learns it does not learn SECRET_KEY."""
    return hmac.new(settings.SECRET_KEY.encode(), f"brandbeat.flower.{purpose}".encode(), "sha256").hexdigest()


def credentials() -> tuple[str, str]:
    """User name and password that Flower asks for."""
    return "brandbeat", derived_key("password")


@csrf_exempt  # only reading is let through, and a write shall get the answer 405 whatever its token
@require_safe
@staff_member_required
def flower(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """One of Flower's pages, as it comes."""
    if path.strip("/") in CLOSED or ".." in path.split("/"):
        raise Http404
    client = httpx.Client(auth=credentials(), timeout=TIMEOUT, headers={"Accept-Encoding": "identity"})
    try:
        upstream = client.send(client.build_request(request.method or "GET", _address(request, path)), stream=True)
    except httpx.HTTPError:
        client.close()
        return _down()
    if upstream.status_code == 401:  # it was started with another SECRET_KEY
        upstream.close()
        client.close()
        return _down()
    headers = {name: upstream.headers[name] for name in PASSED_ON if name in upstream.headers}
    return StreamingHttpResponse(_body(client, upstream), status=upstream.status_code, headers=headers)


def _address(request: HttpRequest, path: str) -> httpx.URL:
    url = httpx.URL(f"http://127.0.0.1:{settings.FLOWER_PORT}/flower/{quote(path, safe='/@:~')}")
    return url.copy_with(query=request.META.get("QUERY_STRING", "").encode() or None)


def _body(client: httpx.Client, upstream: httpx.Response) -> Iterator[bytes]:
    try:
        yield from upstream.iter_bytes(65536)
    finally:
        upstream.close()
        client.close()


def _down() -> HttpResponse:
    return HttpResponse(DOWN.format(port=settings.FLOWER_PORT), status=503)

"""Flower behind the admin's login: staff read it at /flower/, nobody commands it.

Flower itself (see flowerconfig.py) listens on the loopback address, or in a network of its own on another host, and
wants a password that only processes with the same SECRET_KEY know.
"""

import hmac
from collections.abc import Iterator
from urllib.parse import quote

import httpx
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.views.decorators.csrf import csrf_exempt

from config.content_security import OF_FLOWER

CLOSED = {"metrics", "healthcheck"}
ASKED_BY_POST = "tasks/datatable"  # a page of the list of tasks: Flower's script posts what it wants to read
PASSED_ON = ("content-type", "cache-control", "expires", "last-modified", "x-content-type-options")
MAX_QUERY_BYTES = 16_384
QUERY_SAFE = "%&=+;/:?@!$'()*,~[]"
TIMEOUT = httpx.Timeout(30, connect=2)
DOWN = """<!doctype html>
<html lang="en"><title>Flower is not running</title>
<h1>Flower is not running</h1>
<p>Nothing usable answers at {host}:{port}. Where the platform was started with <code>make up</code>,
<code>make status</code> shows which processes are up and <code>make up</code> starts what is missing.</p></html>
"""


def derived_key(purpose: str) -> str:
    """A key for one purpose, made from SECRET_KEY: whoever learns it does not learn SECRET_KEY."""
    return hmac.new(settings.SECRET_KEY.encode(), f"brandbeat.flower.{purpose}".encode(), "sha256").hexdigest()


def credentials() -> tuple[str, str]:
    """User name and password that Flower asks for."""
    return "brandbeat", derived_key("password")


@csp_replace(OF_FLOWER)
@csrf_exempt  # all that is let through is reading
@staff_member_required
def flower(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """One of Flower's pages, as it comes."""
    if request.method not in ("GET", "HEAD") and not (request.method == "POST" and path == ASKED_BY_POST):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if path.strip("/") in CLOSED or ".." in path.split("/"):
        raise Http404
    client = _client()
    try:
        method = "HEAD" if request.method == "HEAD" else "GET"
        upstream = client.send(client.build_request(method, _address(request, path)), stream=True)
    except httpx.HTTPError:
        client.close()
        return _down()
    if upstream.status_code == 401:  # it was started with another SECRET_KEY
        upstream.close()
        client.close()
        return _down()
    headers = {name: upstream.headers[name] for name in PASSED_ON if name in upstream.headers}
    return StreamingHttpResponse(_body(client, upstream), status=upstream.status_code, headers=headers)


def _client() -> httpx.Client:
    # Not through a proxy that HTTP_PROXY names: the password is nobody else's.
    return httpx.Client(auth=credentials(), timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}, trust_env=False)


def _address(request: HttpRequest, path: str) -> httpx.URL:
    url = httpx.URL(f"http://{settings.FLOWER_HOST}:{settings.FLOWER_PORT}/flower/{quote(path, safe='/@:~')}")
    query = request.body if request.method == "POST" else request.META.get("QUERY_STRING", "").encode("latin-1")
    if len(query) > MAX_QUERY_BYTES:
        raise BadRequest("This question to Flower is too long.")
    return url.copy_with(query=quote(query, safe=QUERY_SAFE).encode() or None)


def _body(client: httpx.Client, upstream: httpx.Response) -> Iterator[bytes]:
    try:
        yield from upstream.iter_bytes(65536)
    finally:
        upstream.close()
        client.close()


def _down() -> HttpResponse:
    return HttpResponse(DOWN.format(host=settings.FLOWER_HOST, port=settings.FLOWER_PORT), status=503)

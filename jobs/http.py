"""The one seam to other people's HTTP: status codes become typed errors here, secrets are taken out here.

`httpx` is used by code that has no SDK; code that has one maps its exceptions with `error_for_status`.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from jobs.errors import (
    InvalidReply,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_RETRY_AFTER = 24 * 3600.0
# A gateway gave up waiting: the service behind it may have done the work.
GATEWAY_GAVE_UP = (504, 524)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
CONNECT_SECONDS = 10.0  # within a call's own deadline


def one_line(text: str, most: int = 300) -> str:
    """Somebody else's text in one line, with what cannot be printed (or stored: U+0000) replaced, cut to `most`."""
    line = " ".join(text.split())[:most]
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret replaced by `***`."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header (RFC 9110, 10.2.3: seconds or a date), 0 to a day; None if unreadable."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    if seconds != seconds:  # "nan" is a float too
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def error_for_status(
    service: str,
    status_code: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    raw: bytes = b"",
    secrets: Iterable[str] = (),
    quota: bool = False,
    bad_key: bool = False,
    retry_after: float | None = None,
) -> ServiceError:
    """The typed error for an HTTP status that is not a success.

    `message` is the service's own sentence; `quota` and `bad_key` say that its body means "no money left" or "wrong
    key" whatever the status; `retry_after` are the seconds that its body names, for services that send no such header.
    """
    kind: type[ServiceError]
    if quota or status_code == 402:
        kind = QuotaExhausted
    elif bad_key or status_code in (401, 403):
        kind = Unauthorized
    elif status_code == 429:
        kind = RateLimited
    elif status_code >= 500 or status_code in (408, 409, 425):
        kind = Unavailable
    elif 300 <= status_code < 400:
        kind = InvalidReply
    else:
        kind = InvalidRequest
    said = one_line(redact(message, secrets))
    summary = f"{service} answered HTTP {status_code}: {(kind.__doc__ or '').strip()}"
    told = parse_retry_after((headers or {}).get("retry-after"))
    return kind(
        f"{summary} It said: {said}" if said else summary,
        service=service,
        status_code=status_code,
        retry_after=retry_after if told is None else told,
        raw=raw[:MAX_BODY_BYTES],
        is_ambiguous=status_code in GATEWAY_GAVE_UP,
    )


def unreachable(service: str, error: Exception, secrets: Iterable[str] = ()) -> Unavailable:
    """The typed error for a call that got no reply: no connection, or none in time."""
    kind = type(error).__name__
    said = one_line(redact(str(error), secrets), 200)
    return Unavailable(
        f"{service} did not answer ({kind}{': ' + said if said else ''}).",
        service=service,
        is_ambiguous=not isinstance(error, NOT_SENT),
    )


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted. To read them takes 20 ms, which is more than the rest of a client."""
    return httpx.create_ssl_context()


@contextmanager
def _typed_errors(service: str) -> Iterator[None]:
    try:
        yield
    except httpx.DecodingError as error:
        raise InvalidReply(f"{service} sent a body that cannot be decoded: {error}.", service=service) from None
    except httpx.HTTPError as error:
        raise unreachable(service, error) from None
    except httpx.InvalidURL as error:
        raise InvalidReply(f"{service}'s address is not a URL: {error}.", service=service) from None


class _Body:
    """A body as it arrives, within its limit of size."""

    def __init__(self, service: str, max_bytes: int) -> None:
        self.service = service
        self.max_bytes = max_bytes
        self.content = bytearray()

    def add(self, chunk: bytes) -> None:
        self.content += chunk
        if len(self.content) > self.max_bytes:
            raise InvalidReply(f"{self.service} sent more than {self.max_bytes} bytes.", service=self.service)

    def of(self, response: httpx.Response) -> httpx.Response:
        """The response with the body that arrived."""
        return httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.multi_items() if k.lower() != "content-encoding"],
            content=bytes(self.content),
            request=response.request,
        )


def _too_slow(service: str, timeout: float) -> Unavailable:
    return Unavailable(f"{service} took longer than {timeout:g} seconds.", service=service, is_ambiguous=True)


def fetch(
    service: str,
    method: str,
    url: str,
    *,
    timeout: float,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    content: bytes | None = None,
    max_bytes: int = MAX_BODY_BYTES,
) -> httpx.Response:
    """One request within one deadline and one limit of size; redirects are not followed.

    `timeout` is in seconds for the whole exchange, however slowly the bytes drip. Returns the response whatever its
    status; raises Unavailable or InvalidReply where there is none.
    """
    deadline = time.monotonic() + timeout
    body = _Body(service, max_bytes)
    with (
        _typed_errors(service),
        httpx.Client(timeout=timeout, headers=headers, follow_redirects=False, verify=trusted()) as client,
        client.stream(method, url, params=params, json=json, content=content) as response,
    ):
        # httpx counts its timeout anew for every read: from here on, a read gets what is left of ours.
        response.request.extensions["timeout"]["read"] = max(deadline - time.monotonic(), 0.001)
        for chunk in response.iter_bytes():  # as they arrive: a size would make it wait for that many
            body.add(chunk)
            if time.monotonic() > deadline:
                raise _too_slow(service, timeout)
    return body.of(response)


def async_client() -> httpx.AsyncClient:
    """A client for any number of `fetch_async` at a time.

    It keeps no connection for later: one that the other side closes just then would leave a request of which nobody
    knows whether it arrived.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, verify=trusted(), limits=limits)


async def fetch_async(
    client: httpx.AsyncClient,
    service: str,
    method: str,
    url: str,
    *,
    timeout: float,
    max_bytes: int = MAX_BODY_BYTES,
    **request: Any,
) -> httpx.Response:
    """`fetch` without a thread that waits; `request` is headers, params, json and content as there."""
    body = _Body(service, max_bytes)
    # A connection that is not there in time is httpx's to report: it knows that nothing was sent.
    limits = httpx.Timeout(timeout + 1, connect=min(timeout, CONNECT_SECONDS))
    try:
        async with asyncio.timeout(timeout + 0.05):
            with _typed_errors(service):
                async with client.stream(method, url, timeout=limits, **request) as response:
                    async for chunk in response.aiter_bytes():
                        body.add(chunk)
    except TimeoutError:
        raise _too_slow(service, timeout) from None
    return body.of(response)

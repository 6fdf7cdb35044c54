"""How the providers talk HTTP: every request, an SDK's too, goes through `jobs.http.fetch` and comes back as a 2xx
response or as a typed error that does not hold the key."""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import httpx

from brands.collector import ProviderConfig
from brands.collectors._json import mapping, mappings, scrub, words
from brands.journal import Response
from jobs.errors import InvalidReply, ServiceError
from jobs.http import error_for_status, fetch, parse_retry_after, redact

# What a body says when the account is empty, whatever its status: OpenAI's codes, which compatible servers copy, and
# Anthropic's.
NO_MONEY = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
    "billing_error",
}
# Some say it in their sentence alone: SerpApi and xAI have one status for "wait" and "pay", Anthropic one for a wrong
# request and an empty account.
NO_MONEY_STATUSES = (400, 403, 429)
NO_MONEY_SENTENCES = (
    "run out of searches",
    "credit balance is too low",
    "used all available credits",
    "doesn't have any credits",
)
# Gemini and xAI answer a wrong key with 400; Gemini names the reason, xAI says it in words.
BAD_KEY = {"API_KEY_INVALID", "invalid_api_key"}
BAD_KEY_SENTENCE = "incorrect api key"
# How requests are sent, and who is told of each response before anybody reads it. Whoever asks providers in a way of
# its own sets them around the call.
sender: ContextVar[Callable[..., httpx.Response]] = ContextVar("sender", default=fetch)
witness: ContextVar[Callable[[Response], None] | None] = ContextVar("witness", default=None)
SHORTEST_KEY = 8  # an echo of a shorter "key" is more likely a word of the answer


def exchange(
    service: str,
    config: ProviderConfig,
    method: str,
    url: str,
    *,
    timeout: float | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    content: bytes | None = None,
) -> httpx.Response:
    """The 2xx response to one request; raises a ServiceError for everything else. `timeout`: the config's."""
    seconds = config.timeout if timeout is None else timeout
    send = sender.get()
    response = send(service, method, url, timeout=seconds, headers=headers, params=params, json=json, content=content)
    tell = witness.get()
    if tell is not None:
        tell(Response(response.status_code, dict(response.headers), without_key(response.content, config)))
    if not response.is_success:
        raise error_of(service, config, response)
    return response


def without_key(content: bytes, config: ProviderConfig) -> bytes:
    """The body as it came, except for an echo of the key."""
    key = config.api_key.encode()
    return content.replace(key, b"***") if len(key) >= SHORTEST_KEY else content


def error_of(service: str, config: ProviderConfig, response: httpx.Response) -> ServiceError:
    raw = without_key(response.content, config)
    message, codes = what_it_says(raw)
    said = message.casefold()
    poor = response.status_code in NO_MONEY_STATUSES and any(sentence in said for sentence in NO_MONEY_SENTENCES)
    return error_for_status(
        service,
        response.status_code,
        message,
        headers=response.headers,
        raw=raw,
        secrets=(config.api_key,),
        quota=poor or bool(codes & NO_MONEY),
        bad_key=response.status_code == 400 and (bool(codes & BAD_KEY) or BAD_KEY_SENTENCE in said),
        retry_after=_retry_delay(raw),
    )


def what_it_says(raw: bytes) -> tuple[str, set[str]]:
    """The sentence and the codes in an error's body.

    Known are `{error: {message, type, code, details}}`, `{error: "…", code}`, `{message}` and `{status_message}`.
    """
    body = _error_body(raw)
    error = body.get("error")
    if isinstance(error, str):
        return scrub(error), {error}
    detail = mapping(error) or body
    message = detail.get("message") or body.get("detail") or body.get("status_message")
    reasons = [more.get("reason") for more in mappings(detail.get("details"))]
    codes = {value for value in (detail.get("code"), detail.get("type"), *reasons) if isinstance(value, str)}
    return scrub(message) if isinstance(message, str) else "", codes


def _error_body(raw: bytes) -> dict[str, Any]:
    """The object in an error's body; a list of one (Gemini's at times) counts as the one."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return mapping(body[0] if isinstance(body, list) and len(body) == 1 else body)


def _retry_delay(raw: bytes) -> float | None:
    """The seconds in Google's `RetryInfo`, written as in "37s"."""
    details = mappings(mapping(_error_body(raw).get("error")).get("details"))
    delays = (words(detail.get("retryDelay")) for detail in details)
    return next((parse_retry_after(delay.removesuffix("s")) for delay in delays if delay), None)


def read(service: str, content: bytes, content_type: str, config: ProviderConfig) -> tuple[Any, bytes]:
    """The JSON in the body of a 2xx response, and the body to keep; raises InvalidReply where there is no JSON."""
    raw = without_key(content, config)
    kind = scrub(content_type.split(";")[0].strip().casefold())
    if not raw.strip():
        raise InvalidReply(f"{service} sent an empty body.", service=service, raw=raw)
    # Plain servers call JSON text/plain or nothing at all; a type that promises something else is believed.
    if kind and "json" not in kind and kind not in ("text/plain", "application/octet-stream"):
        sent = redact(kind, (config.api_key,))[:60]
        raise InvalidReply(f"{service} sent {sent} instead of JSON.", service=service, raw=raw)
    try:
        # A paid answer is not lost to one broken byte.
        return json.loads(raw.decode("utf-8-sig", errors="replace")), raw
    except (ValueError, RecursionError):
        raise InvalidReply(f"{service} sent a body that is not JSON.", service=service, raw=raw) from None


def read_object(
    service: str, content: bytes, content_type: str, config: ProviderConfig
) -> tuple[dict[str, Any], bytes]:
    """Like `read`, for a reply that must be a JSON object."""
    body, raw = read(service, content, content_type, config)
    if not isinstance(body, dict):
        raise InvalidReply(f"{service} sent JSON that is not an object.", service=service, raw=raw)
    return body, raw


class Transport(httpx.BaseTransport):
    """Lets an SDK that is built on httpx send its requests through `exchange`."""

    def __init__(self, service: str, config: ProviderConfig) -> None:
        self.service = service
        self.config = config

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = dict(request.headers)
        content = request.read()
        return exchange(self.service, self.config, request.method, str(request.url), headers=headers, content=content)


def http_client(service: str, config: ProviderConfig) -> httpx.Client:
    return httpx.Client(transport=Transport(service, config), follow_redirects=False, trust_env=False)

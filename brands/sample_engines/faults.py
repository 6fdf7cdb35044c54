"""Faults that the server puts around any provider, chosen by the server and never by a request."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any

from brands.sample_engines.answers import Outcome
from brands.sample_engines.wire import Response, WireFormat

STATUSES = {"400": 400, "401": 401, "402": 402, "403": 403, "404": 404, "429": 429, "500": 500, "503": 503}
OUTCOMES = {outcome.value: outcome for outcome in Outcome if outcome is not Outcome.ANSWER}
ONE_PROVIDER = {
    "absent": "serpapi",
    "not_available": "serpapi",
    "deferred": "serpapi",
    "try_later": "serpapi",
    "record_error": "brightdata",
}
BODIES = ("half_json", "html", "nothing", "wrong_shape", "gzip_bomb")
BEFORE = (*STATUSES, "insufficient_quota", "redirect", "hang")  # the call is not charged
AFTER = (*BODIES, "drip", "truncated", "hang_charged")
MODES = ("ok", *BEFORE, *AFTER, *OUTCOMES)

HTML = b"<!doctype html><title>Sample gateway</title><h1>This is not the JSON you are looking for</h1>"
WRONG_SHAPE = {"output": "none", "choices": 7, "search_metadata": [], "ai_overview": [1], "snapshot_id": {}, "usage": 0}
REDIRECT_PATH = "/_redirected"
BOMB_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    mode: str
    retry_after: str = ""  # the header's text, sensible or not
    times: int | None = None  # requests that it hits; None: all
    at: str = ""  # hits only requests whose path contains this

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"There is no mode {self.mode!r}. There are: {', '.join(MODES)}.")
        if not isinstance(self.retry_after, str) or not isinstance(self.at, str):
            raise ValueError("retry_after and at are texts.")
        if self.times is not None and (not isinstance(self.times, int) or self.times < 1):
            raise ValueError("times must be a whole number of at least 1.")


class Faults:
    """The fault that each provider has at the moment; safe for many threads."""

    def __init__(self, faults: Mapping[str, Fault], providers: tuple[str, ...]) -> None:
        self._providers = providers
        self._faults: dict[str, Fault] = {}
        self._lock = Lock()
        for provider, fault in faults.items():
            self.set(provider, fault)

    def set(self, provider: str, fault: Fault) -> None:
        """Raise ValueError for a provider that is not here, or a mode that the provider cannot have."""
        if provider not in self._providers:
            raise ValueError(f"There is no provider {provider!r}. There are: {', '.join(self._providers)}.")
        if ONE_PROVIDER.get(fault.mode, provider) != provider:
            raise ValueError(f"{provider} has no mode {fault.mode!r}.")
        with self._lock:
            self._faults[provider] = fault

    def take(self, provider: str, path: str, *, buys: bool) -> Fault:
        """The fault that hits this request. What changes an answer's text hits only requests that buy one."""
        with self._lock:
            fault = self._faults.get(provider)
            if fault is None or fault.at not in path or (fault.mode in OUTCOMES and not buys):
                return Fault("ok")
            if fault.times is not None:
                rest = replace(fault, times=fault.times - 1) if fault.times > 1 else Fault("ok")
                self._faults[provider] = rest
            return fault


def refusal(fault: Fault, wire_format: WireFormat, url: str) -> Response | None:
    """The response in place of an answer, or None where the fault lets the request through."""
    if fault.mode == "redirect":
        return Response(307, b"", {"Location": url + REDIRECT_PATH})
    if fault.mode == "insufficient_quota":
        response = wire_format.error(429, quota=True)
    elif fault.mode in STATUSES:
        response = wire_format.error(STATUSES[fault.mode])
    else:
        return None
    more: dict[str, Any] = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return replace(response, headers={**response.headers, **more})


def damaged(fault: Fault, response: Response) -> Response:
    """The response with the fault in its body."""
    match fault.mode:
        case "half_json":
            return replace(response, body=response.body[: len(response.body) // 2])
        case "html":
            return Response(200, HTML, {"Content-Type": "text/html; charset=utf-8"})
        case "nothing":
            return replace(response, body=b"")
        case "wrong_shape":
            return Response(200, json.dumps(WRONG_SHAPE).encode())
        case "gzip_bomb":
            return Response(200, _bomb(), {**response.headers, "Content-Encoding": "gzip"})
        case _:
            return response


@cache
def _bomb() -> bytes:
    """A small gzip body that becomes 64 MB of blanks around a JSON object."""
    packer = zlib.compressobj(9, wbits=31)
    blanks = b" " * (1024 * 1024)
    parts = [packer.compress(blanks) for _ in range(BOMB_BYTES // len(blanks))]
    return b"".join((*parts, packer.compress(b"{}"), packer.flush()))

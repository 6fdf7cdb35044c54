"""The reply of a Responses API (OpenAI's, which others follow): messages, their parts and annotations."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brands.collector import Question, ReplyStatus, Source
from brands.collectors._json import count, mapping, mappings, only, source, words
from brands.collectors._verdict import verdict
from brands.prices import Usage
from jobs.errors import (
    InvalidReply,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)
from jobs.http import error_for_status, one_line, redact

# `error.code`, or `error.type`, of a response that failed after HTTP 200 had been sent.
FAILURES: dict[str, type[ServiceError]] = {
    "server_error": Unavailable,
    "internal_error": Unavailable,
    "overloaded": Unavailable,
    "vector_store_timeout": Unavailable,
    "rate_limit_exceeded": RateLimited,
    "insufficient_quota": QuotaExhausted,
    "invalid_prompt": InvalidRequest,
    # Anthropic's
    "api_error": Unavailable,
    "overloaded_error": Unavailable,
    "timeout_error": Unavailable,
    "rate_limit_error": RateLimited,
    "billing_error": QuotaExhausted,
    "authentication_error": Unauthorized,
    "permission_error": Unauthorized,
    "invalid_request_error": InvalidRequest,
}
TICKS = 10**10  # of xAI in a US dollar (docs.x.ai, "Cost tracking")
UNFINISHED = ("queued", "in_progress", "cancelled", "requires_action")


@dataclass(frozen=True, slots=True)
class Said:
    status: ReplyStatus
    text: str
    citations: tuple[Source, ...]


def search_tool(question: Question) -> dict[str, Any]:
    tool: dict[str, Any] = {"type": "web_search"}
    if question.country:
        tool["user_location"] = {"type": "approximate", "country": question.country}
    return tool


def items_of(service: str, body: dict[str, Any], raw: bytes, key: str) -> list[dict[str, Any]]:
    """The output of a response that ended well; raises a ServiceError for one that did not."""
    error = body.get("error")
    if error or body.get("status") == "failed":
        raise failure(service, error, raw, key)
    if body.get("status") in UNFINISHED:
        raise InvalidReply(f"{service} sent a response that is {body['status']}.", service=service, raw=raw)
    if not isinstance(body.get("output"), list):
        raise InvalidReply(f"{service} sent a response without a list of outputs.", service=service, raw=raw)
    return mappings(body["output"])


def failure(service: str, error: object, raw: bytes, key: str) -> ServiceError:
    """The typed error for an `error` inside HTTP 200. Its code is a word, or (OpenRouter) an HTTP status."""
    told = mapping(error)
    code = told.get("code") or told.get("type")
    message = words(told.get("message")) or words(error)
    if isinstance(code, int) and 400 <= code < 600:
        return error_for_status(service, code, message, raw=raw, secrets=(key,))
    reason = one_line(redact(message, (key,))) or "It gave no reason."
    kind = FAILURES.get(words(code), InvalidReply)
    return kind(f"{service} could not answer: {reason}", service=service, raw=raw)


def said(items: list[dict[str, Any]], body: dict[str, Any]) -> Said:
    parts = [part for item in items if item.get("type") == "message" for part in parts_of(item.get("content"))]
    texts = [part for part in parts if part.get("type", "output_text") in ("output_text", "text")]
    # Joined as the SDKs join them in `output_text`.
    text = "".join(words(part.get("text")) for part in texts)
    refusals = " ".join(words(part.get("refusal")) for part in parts if part.get("type") == "refusal").strip()
    citations = only(*(citation(note) for part in texts for note in mappings(part.get("annotations"))))
    if text.strip():
        return Said(verdict(text), text, citations)
    filtered = mapping(body.get("incomplete_details")).get("reason") == "content_filter"
    return Said(ReplyStatus.REFUSED if refusals or filtered else ReplyStatus.EMPTY, refusals, citations)


def parts_of(content: object) -> list[dict[str, Any]]:
    """A message's parts; compatible servers also send one bare string."""
    return [{"text": content}] if isinstance(content, str) else mappings(content)


def citation(annotation: dict[str, Any]) -> Source | None:
    """The page of a `url_citation`, flat (Responses) or nested under its own name (chat completions)."""
    if annotation.get("type", "url_citation") not in ("url_citation", "citation", None):
        return None
    page = mapping(annotation.get("url_citation")) or annotation
    return source(page.get("url"), page.get("title"))


def usage(body: dict[str, Any], calls: int) -> Usage:
    """The tokens that the reply counts, and the searches that are charged."""
    used = mapping(body.get("usage"))
    return Usage(
        model=words(body.get("model")),
        input=count(used.get("input_tokens")),
        cached=count(mapping(used.get("input_tokens_details")).get("cached_tokens")),
        output=count(used.get("output_tokens")),
        calls=calls,
    )


def ticks(body: dict[str, Any]) -> Decimal | None:
    """US dollars that xAI says it charged; None for others."""
    told = mapping(body.get("usage")).get("cost_in_usd_ticks")
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < TICKS * 10**6:
        return Decimal(told) / TICKS
    return None


def message_usage(bodies: list[dict[str, Any]]) -> Usage:
    """Of Anthropic's turn in parts, all of which are charged. Cached tokens stand beside the input, not among it."""
    used = [mapping(body.get("usage")) for body in bodies]

    def total(name: str) -> int:
        return sum(count(part.get(name)) for part in used)

    cached = total("cache_read_input_tokens")
    return Usage(
        model=words(bodies[-1].get("model")),
        input=total("input_tokens") + total("cache_creation_input_tokens") + cached,
        cached=cached,
        output=total("output_tokens"),
        calls=sum(count(mapping(part.get("server_tool_use")).get("web_search_requests")) for part in used),
    )


def consulted(calls: list[dict[str, Any]]) -> tuple[Source, ...]:
    """Pages that the searches brought up, and pages that were opened."""
    actions = [mapping(call.get("action")) for call in calls]
    found = [page for action in actions for page in (*mappings(action.get("sources")), action)]
    return only(*(source(page.get("url"), page.get("title"), cited=False) for page in found))


def located(body: dict[str, Any], country: str) -> bool:
    """Whether the country was used: the reply repeats the tools with which it was made."""
    locations = [mapping(tool.get("user_location")) for tool in mappings(body.get("tools"))]
    return not locations or any(place.get("country") == country for place in locations)

"""Perplexity's Agent API."""

import time
from typing import Any

from brands.sample_engines.answers import Answer
from brands.sample_engines.markdown import cited, written
from brands.sample_engines.market import Page
from brands.sample_engines.openai import last_text
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id, tokens

KINDS = {
    400: ("invalid_request", "The request is not valid."),
    401: ("authentication_error", "The API key is not valid."),
    402: ("payment_required", "Payment is required."),
    403: ("permission_denied", "This key may not do that."),
    404: ("not_found", "There is nothing here."),
    429: ("overloaded", "overloaded"),
    500: ("internal_error", "Stream error from backend"),
    503: ("unavailable", "The service is unavailable."),
}
QUOTA = ("insufficient_quota", "You have exceeded your current quota, please check your plan and billing details.")
# US dollars for a search and for a token read or written
SEARCH_COST, READ_COST, WRITE_COST = 0.0025, 0.25e-6, 2.5e-6


class Perplexity(WireFormat):
    name = "perplexity"
    prefix = "/perplexity"
    folder = "perplexity"

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        kind, usual = QUOTA if quota else KINDS[status]
        return json_response({"error": {"message": message or usual, "type": kind, "code": status}}, status)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        if request.method != "POST" or request.path != "/v1/responses":
            return self.error(404)
        question = last_text(asked.get("input")) if isinstance(asked, dict) else ""
        if not question or not (asked.get("model") or asked.get("preset")):
            return self.error(400, "'input' and one of 'model' and 'preset' are required.")
        return self.deliver(request, question, _response)


def _response(answer: Answer) -> dict[str, Any]:
    pages = list(dict.fromkeys((*cited(answer.markdown), *answer.consulted)))
    numbers = {page: number for number, page in enumerate(pages, 1)}
    # Some answers number their marks the other way that the real engine uses at times.
    mark = "[web:{}]" if answer.split else "[{}]"
    text, _ = written(answer.markdown, lambda page: mark.format(numbers[page]))
    batches = [pages[:3], pages[3:]] if answer.split else [pages]
    message = {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "model": "sample-sonar-1",
        "output": [*(_batch(answer, batch, numbers) for batch in batches), message],
        "usage": _usage(answer.question, text, searches=len(batches)),
    }


def _batch(answer: Answer, pages: list[Page], numbers: dict[Page, int]) -> dict[str, Any]:
    results = [
        {
            "id": numbers[page],
            "title": page.title,
            "url": page.url,
            "snippet": page.snippet,
            "last_updated": "2026-10-01",
            "source": "web",
        }
        for page in pages
    ]
    return {"type": "search_results", "queries": [answer.question.rstrip("?")], "results": results}


def _usage(question: str, text: str, *, searches: int) -> dict[str, Any]:
    read, wrote = tokens(question) + 2500 * searches, tokens(text)
    costs = (round(read * READ_COST, 6), round(wrote * WRITE_COST, 6), SEARCH_COST * searches)
    return {
        "input_tokens": read,
        "output_tokens": wrote,
        "total_tokens": read + wrote,
        "tool_calls_details": {"search_web": {"invocation": searches, "cost_usd": costs[2]}},
        "cost": {
            "currency": "USD",
            "input_cost": costs[0],
            "output_cost": costs[1],
            "tool_calls_cost": costs[2],
            "total_cost": round(sum(costs), 6),
        },
    }

"""DataForSEO: ChatGPT, AI Overviews and AI Mode. What goes wrong mostly comes with HTTP 200 and a code of its own."""

from base64 import b64decode
from binascii import Error
from typing import Any

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.markdown import cited, written
from brands.sample_engines.market import Page
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id

PATHS = {
    "/v3/ai_optimization/chat_gpt/llm_scraper/live/advanced": "",
    "/v3/serp/google/organic/live/advanced": "google_aio",
    "/v3/serp/google/ai_mode/live/advanced": "google_ai_mode",
}
COSTS = {"": 0.004, "google_aio": 0.004, "google_ai_mode": 0.004}  # US dollars
CODES = {
    400: (40501, "Invalid Field."),
    401: (40100, "You are not Authorized to Access this Resource."),
    402: (40200, "Payment Required."),
    403: (40204, "Access denied."),
    404: (40402, "Invalid Path."),
    429: (40202, "Your requests rate limit per minute exceeded."),
    500: (50000, "Internal Error."),
    503: (50301, "3rd Party API Service Unavailable."),
}
OWN_STATUS = (401, 402, 404, 500)  # all others come with HTTP 200


class DataForSeo(WireFormat):
    name = "dataforseo"
    prefix = "/dataforseo"
    folder = "dataforseo"

    def key(self, request: Request) -> str:
        """The password of "login:password"."""
        credential = request.headers.get("authorization", "").removeprefix("Basic").strip()
        try:
            return b64decode(credential, validate=True).decode().partition(":")[2]
        except (Error, ValueError):
            return ""

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        code, usual = CODES[402 if quota else status]
        told = _envelope(code, message or usual, None, 0)
        return json_response(told, 402 if quota else status if status in OWN_STATUS else 200)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        collector = PATHS.get(request.path)
        if request.method != "POST" or collector is None:
            return self.error(404)
        if not isinstance(asked, list) or len(asked) != 1 or not isinstance(asked[0], dict):
            return self.error(400, "You can set only one task at a time.")
        keyword = asked[0].get("keyword")
        if not isinstance(keyword, str) or not keyword or not asked[0].get("location_code"):
            return self.error(400)
        question = keyword.replace("%2B", "+").replace("%25", "%")
        return self.deliver(request, question, lambda answer: _body(answer, collector, asked[0]), collector=collector)


def _body(answer: Answer, collector: str, asked: dict[str, Any]) -> dict[str, Any]:
    result = _google(answer) if collector else _chatgpt(answer)
    cost = COSTS[collector]
    task = {
        "id": new_id("task"),
        "status_code": 20000,
        "status_message": "Ok.",
        "cost": cost,
        "result_count": 1,
        "data": asked,
        "result": [{"keyword": answer.question, **result}],
    }
    return _envelope(20000, "Ok.", [task], cost)


def _envelope(code: int, message: str, tasks: list[dict[str, Any]] | None, cost: float) -> dict[str, Any]:
    return {
        "version": "sample",
        "status_code": code,
        "status_message": message,
        "cost": cost,
        "tasks_count": len(tasks or ()),
        "tasks_error": 0,
        "tasks": tasks,
    }


def _chatgpt(answer: Answer) -> dict[str, Any]:
    text, _ = written(answer.markdown, lambda page: f"([{page.domain}]({page.url}))")
    sources = [_page("source", page) for page in cited(answer.markdown)]
    return {
        "model": "sample-gpt-1-web",
        "markdown": text,
        "sources": sources,
        "search_results": [_page("chatgpt_search_result", page) for page in answer.consulted],
        "fan_out_queries": [answer.question.rstrip("?")],
        "items": [{"type": "chat_gpt_text", "markdown": text, "sources": sources}],
    }


def _google(answer: Answer) -> dict[str, Any]:
    organic = [_page("organic", page) for page in answer.consulted]
    if answer.outcome is Outcome.ABSENT:
        return {"items": organic}
    text, _ = written(answer.markdown, lambda page: "")
    references = [_page("ai_overview_reference", page) for page in cited(answer.markdown)]
    overview = {
        "type": "ai_overview",
        "asynchronous_ai_overview": answer.split,
        "markdown": text,
        "items": [{"type": "ai_overview_element", "title": None, "text": text, "references": references}],
        "references": references,
    }
    return {"items": [overview, *organic]}


def _page(kind: str, page: Page) -> dict[str, Any]:
    return {"type": kind, "url": page.url, "title": page.title, "domain": page.domain, "snippet": page.snippet}

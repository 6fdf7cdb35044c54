"""SerpApi's Google search with an AI Overview, the second request for one that is deferred, AI Mode and Copilot."""

import json
from threading import Lock
from typing import Any

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.desk import Desk
from brands.sample_engines.markdown import cited, plain
from brands.sample_engines.market import PAGES, Page
from brands.sample_engines.serpapi_blocks import text_blocks
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id

MESSAGES = {
    400: "Missing query `q` parameter.",
    401: "Invalid API key. Your API key should be here: https://serpapi.example/manage-api-key",
    402: "Payment is required.",
    403: "Your account has been disabled.",
    404: "There is nothing here.",
    429: "You are exceeding the hourly throughput limit of your plan.",
    500: "Internal server error.",
    503: "We could not get a valid answer from the search engine.",
}
QUOTA = "Your account has run out of searches."
NOT_AVAILABLE = "An AI Overview is not available for this search"
TRY_LATER = "Can't generate an AI overview right now. Try again later."


class SerpApi(WireFormat):
    name = "serpapi"
    prefix = "/serpapi"
    folder = "serpapi"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._deferred: dict[str, Answer] = {}
        self._cache: dict[str, Response] = {}
        self._lock = Lock()

    def key(self, request: Request) -> str:
        return request.query.get("api_key", "")

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        return json_response({"error": QUOTA if quota else message or MESSAGES[status]}, status)

    def respond(self, request: Request) -> Response:
        if request.method != "GET" or request.path not in ("/search", "/search.json"):
            return self.error(404)
        match request.query.get("engine", "google"):
            case "google":
                return self._google(request) if request.query.get("q") else self.error(400)
            case "google_ai_overview":
                return self._ai_overview(request)
            case "google_ai_mode" | "bing_copilot" as engine:
                return self._page(request, engine) if request.query.get("q") else self.error(400)
            case engine:
                return self.error(400, f"Unsupported `{engine}` search engine.")

    def _google(self, request: Request) -> Response:
        """A search; without no_cache=true an earlier body comes again, free of charge."""
        parameters = {name: value for name, value in request.query.items() if name != "api_key"}
        same = json.dumps({**parameters, "no_cache": ""}, sort_keys=True)
        with self._lock:
            if parameters.get("no_cache") != "true" and same in self._cache:
                return self._cache[same]
        response = self.deliver(request, parameters["q"], lambda answer: self._search(answer, parameters))
        if self.desk.recorded is None:
            with self._lock:
                self._cache[same] = response
        return response

    def _page(self, request: Request, engine: str) -> Response:
        """An engine whose page is the answer itself."""
        parameters = {name: value for name, value in request.query.items() if name != "api_key"}
        return self.deliver(
            request,
            parameters["q"],
            lambda answer: _metadata(parameters) | _overview(answer.markdown),
            collector=engine,
        )

    def _ai_overview(self, request: Request) -> Response:
        token = request.query.get("page_token", "")
        if self.desk.recorded:
            return self.deliver(request, token, lambda answer: None, continued=True)
        answer = self._deferred.get(token)
        if answer is None:
            return self.error(400, "The `page_token` is not valid or has expired.")
        self.desk.charge_again(answer)
        parameters = {"engine": "google_ai_overview", "page_token": token}
        overview = {"error": TRY_LATER} if request.outcome is Outcome.TRY_LATER else _overview(answer.markdown)
        return json_response({**_metadata(parameters), "ai_overview": overview})

    def _search(self, answer: Answer, parameters: dict[str, str]) -> dict[str, Any]:
        body = _metadata(parameters)
        body["search_information"] = {"query_displayed": answer.question, "total_results": 4120}
        overview = self._state(answer)
        if overview is not None:
            body["ai_overview"] = overview
        body["organic_results"] = [_organic(n, page) for n, page in enumerate(answer.consulted, 1)]
        body["related_questions"] = _related()
        return body

    def _state(self, answer: Answer) -> dict[str, Any] | None:
        match answer.outcome:
            case Outcome.ABSENT:
                return None
            case Outcome.NOT_AVAILABLE:
                return {"error": NOT_AVAILABLE}
            case Outcome.TRY_LATER:
                return {"error": TRY_LATER}
            case Outcome.DEFERRED:
                token = new_id("token")
                self._deferred[token] = answer
                link = f"https://serpapi.example/search.json?engine=google_ai_overview&page_token={token}"
                return {"page_token": token, "serpapi_link": link}
            case _:
                return _overview(answer.markdown)


def _metadata(parameters: dict[str, str]) -> dict[str, Any]:
    metadata = {"id": new_id("search"), "status": "Success", "total_time_taken": 1.21, "sample": True}
    return {"search_metadata": metadata, "search_parameters": {"engine": "google", **parameters}}


def _overview(markdown: str) -> dict[str, Any]:
    references = cited(markdown)
    if not markdown:
        return {"text_blocks": [], "references": []}
    return {
        "text_blocks": text_blocks(markdown, references),
        "references": [
            {"index": n, "title": page.title, "link": page.url, "snippet": page.snippet, "source": page.domain}
            for n, page in enumerate(references)
        ],
    }


def _organic(position: int, page: Page) -> dict[str, Any]:
    return {"position": position, "title": page.title, "link": page.url, "snippet": plain(page.snippet)}


def _related() -> list[dict[str, Any]]:
    """Other people's questions; one has an AI Overview of its own, which is not the answer to this search."""
    other = _overview("The Moorsack 25 weighs **1.2 kg** and is made in Brückmoor's own workshop [[brueckmoor-home]].")
    page = PAGES["commuter-guide"]
    return [
        {"question": "How heavy is a Brückmoor pannier?", "type": "ai_overview", "ai_overview": other},
        {"question": "Do panniers damage the frame?", "title": page.title, "link": page.url, "snippet": page.snippet},
    ]

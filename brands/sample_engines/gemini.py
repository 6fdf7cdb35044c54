"""Google's Gemini API with grounding: addresses are redirects, places are counted in bytes."""

import re
from hashlib import sha256
from typing import Any

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.markdown import Citation, written
from brands.sample_engines.market import Page
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id, tokens

PATH = re.compile(r"/v1(?:beta)?/models/[^/]+:generateContent")
REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/sample"
KINDS = {
    400: ("INVALID_ARGUMENT", "The request is not valid."),
    401: ("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    402: ("FAILED_PRECONDITION", "Billing is not enabled."),
    403: ("PERMISSION_DENIED", "Your key has no permission for this."),
    404: ("NOT_FOUND", "There is nothing here."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded."),
}
DETAILS: dict[int, list[dict[str, Any]]] = {
    401: [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    429: [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}],
}


class Gemini(WireFormat):
    name = "gemini"
    prefix = "/gemini"
    folder = "gemini"

    def key(self, request: Request) -> str:
        return request.headers.get("x-goog-api-key", "") or request.query.get("key", "")

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        """A wrong key is an invalid argument to Google."""
        kind, usual = KINDS[402 if quota else status]
        sent = 402 if quota else 400 if status == 401 else status
        details = [] if quota else DETAILS.get(status, [])
        told = {"code": sent, "message": message or usual, "status": kind, "details": details}
        return json_response({"error": told}, sent)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        if request.method != "POST" or not PATH.fullmatch(request.path) or not isinstance(asked, dict):
            return self.error(404)
        question = _question(asked.get("contents"))
        if not question:
            return self.error(400, "contents is not specified")
        searches = any("googleSearch" in tool or "google_search" in tool for tool in asked.get("tools") or ())
        return self.deliver(request, question, lambda answer: _response(answer, searches))


def _question(contents: Any) -> str:
    last = contents[-1] if isinstance(contents, list) and contents else {}
    parts = last.get("parts") if isinstance(last, dict) else None
    return "".join(str(part.get("text", "")) for part in parts or () if isinstance(part, dict))


def _response(answer: Answer, searches: bool) -> dict[str, Any]:
    text, citations = written(answer.markdown, lambda page: "")
    candidate: dict[str, Any] = {
        "content": {"role": "model", "parts": [{"text": text}]},
        "finishReason": "SAFETY" if answer.outcome is Outcome.REFUSED else "STOP",
        "index": 0,
    }
    if searches:
        candidate["groundingMetadata"] = _grounding(answer, text, citations)
    read, wrote = tokens(answer.question), tokens(text)
    return {
        "candidates": [candidate],
        "modelVersion": "sample-gemini-1",
        "responseId": new_id("resp"),
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": wrote,
            "thoughtsTokenCount": 200,
            "totalTokenCount": read + wrote + 200,
        },
    }


def _grounding(answer: Answer, text: str, citations: list[Citation]) -> dict[str, Any]:
    cited = list(dict.fromkeys(citation.page for citation in citations))
    pages = [*cited, *(page for page in answer.consulted[:2] if page not in cited)]
    query = answer.question.rstrip("?")
    return {
        "webSearchQueries": [query, f"{query} test"] if answer.split else [query],
        "groundingChunks": [{"web": {"uri": _redirect(page), "title": page.domain}} for page in pages],
        "groundingSupports": [_support(text, citation, pages.index(citation.page)) for citation in citations],
        "searchEntryPoint": {"renderedContent": "<div>sample</div>"},
    }


def _support(text: str, citation: Citation, index: int) -> dict[str, Any]:
    start = text.rfind("\n", 0, citation.start) + 1
    said = text[start : citation.start]
    begin = len(text[:start].encode(errors="replace"))
    segment = {"startIndex": begin, "endIndex": begin + len(said.encode(errors="replace")), "text": said}
    return {"segment": segment, "groundingChunkIndices": [index]}


def _redirect(page: Page) -> str:
    return REDIRECT + sha256(page.url.encode()).hexdigest()[:40]

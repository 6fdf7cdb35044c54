"""Anthropic's Messages with web search. Some turns pause and are gone on with, as long ones of the real API do."""

import json
from typing import Any

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.desk import Desk
from brands.sample_engines.markdown import written
from brands.sample_engines.market import Page
from brands.sample_engines.openai import last_text
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id, tokens

KINDS = {
    400: ("invalid_request_error", "The request is not valid."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low."),
    403: ("permission_error", "Your key has no permission for this."),
    404: ("not_found_error", "There is nothing here."),
    429: ("rate_limit_error", "This request would exceed your rate limit."),
    500: ("api_error", "Internal server error"),
    503: ("overloaded_error", "Overloaded"),
}


class Anthropic(WireFormat):
    name = "anthropic"
    prefix = "/anthropic"
    folder = "anthropic"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._paused: dict[str, Answer] = {}  # by the id of the search with which the turn paused

    def key(self, request: Request) -> str:
        """Older clients send a header of Anthropic's own, newer ones a bearer."""
        return request.headers.get("x-api-key", "") or super().key(request)

    def buys(self, request: Request) -> bool:
        return len(_messages(request.json())) == 1

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        kind, usual = KINDS[402 if quota else status]
        told = {"type": "error", "error": {"type": kind, "message": message or usual}, "request_id": new_id("req")}
        return json_response(told, 400 if quota else status)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        if request.method != "POST" or request.path != "/v1/messages" or not isinstance(asked, dict):
            return self.error(404)
        messages = _messages(asked)
        question = last_text(messages[:1])
        if not question or not asked.get("model") or not asked.get("max_tokens"):
            return self.error(400, "model, max_tokens and messages are required.")
        if len(messages) > 1 and not self.desk.recorded:
            return self._go_on(json.dumps(messages[1:]))
        return self.deliver(request, question, self._begin)

    def _begin(self, answer: Answer) -> dict[str, Any]:
        content = _search(answer)
        if not answer.split:
            return _message(answer, [*content, *_texts(answer)])
        self._paused[content[-1]["tool_use_id"]] = answer
        return _message(answer, content, stop_reason="pause_turn")

    def _go_on(self, said: str) -> Response:
        answer = next((answer for call, answer in self._paused.items() if call in said), None)
        if answer is None:
            return self.error(400, "There is no turn that could be gone on with.")
        self.desk.charge_again(answer)
        return json_response(_message(answer, _texts(answer)))


def _messages(asked: Any) -> list[Any]:
    messages = asked.get("messages") if isinstance(asked, dict) else None
    return messages if isinstance(messages, list) else []


def _message(answer: Answer, content: list[dict[str, Any]], stop_reason: str = "end_turn") -> dict[str, Any]:
    return {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": "sample-claude-1",
        "content": content,
        "stop_reason": "refusal" if answer.outcome is Outcome.REFUSED else stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": tokens(answer.question) + 3000,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": tokens(answer.markdown) + 90,
            "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
        },
    }


def _search(answer: Answer) -> list[dict[str, Any]]:
    call = new_id("srvtoolu")
    results = [
        {
            "type": "web_search_result",
            "url": page.url,
            "title": page.title,
            "page_age": None,
            "encrypted_content": "c2FtcGxl",
        }
        for page in answer.consulted
    ]
    query = {"query": answer.question.rstrip("?")}
    return [
        {"type": "thinking", "thinking": "Which pages say something about that?", "signature": "c2FtcGxl"},
        {"type": "server_tool_use", "id": call, "name": "web_search", "input": query},
        {"type": "web_search_tool_result", "tool_use_id": call, "content": results},
    ]


def _texts(answer: Answer) -> list[dict[str, Any]]:
    """The text in pieces: each mark of a page ends one, which cites that page."""
    text, citations = written(answer.markdown, lambda page: "")
    pieces, start = [], 0
    for citation in citations:
        if citation.start > start:
            pieces.append(_piece(text[start : citation.start], citation.page))
            start = citation.start
    return [*pieces, _piece(text[start:], None)]


def _piece(text: str, page: Page | None) -> dict[str, Any]:
    place = {"type": "web_search_result_location", "encrypted_index": "c2FtcGxl", "cited_text": text[-80:]}
    cited = [{**place, "url": page.url, "title": page.title}] if page else None
    return {"type": "text", "text": text, "citations": cited}

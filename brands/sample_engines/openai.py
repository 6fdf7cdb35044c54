"""OpenAI's two formats: Responses with web search, and chat completions as many local servers speak them."""

import time
from typing import Any

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.markdown import Citation, written
from brands.sample_engines.market import Page
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id, tokens

KINDS = {
    400: ("invalid_request_error", None, "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    402: ("invalid_request_error", "billing_not_active", "Your account is not active."),
    403: ("invalid_request_error", "unsupported_country", "Your country, region, or territory is not supported."),
    404: ("invalid_request_error", "not_found", "There is nothing here."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The engine is currently overloaded."),
}
QUOTA = ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan.")


def error(status: int, message: str = "", *, quota: bool = False) -> Response:
    kind, code, usual = QUOTA if quota else KINDS[status]
    return json_response({"error": {"message": message or usual, "type": kind, "param": None, "code": code}}, status)


def last_text(messages: Any) -> str:
    """The last text of an input: a string, or messages whose content is a string or a list of parts."""
    if not isinstance(messages, list):
        return messages if isinstance(messages, str) else ""
    content = messages[-1].get("content") if messages and isinstance(messages[-1], dict) else ""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def tagged(page: Page) -> str:
    """The address as ChatGPT cites it."""
    return f"{page.url}{'&' if '?' in page.url else '?'}utm_source=openai"


class Responses(WireFormat):
    name = "openai"
    prefix = "/openai/v1/responses"
    folder = "openai"

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        return error(status, message, quota=quota)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        if request.method != "POST" or not isinstance(asked, dict):
            return self.error(404 if request.method != "POST" else 400)
        question = last_text(asked.get("input"))
        if not question or not asked.get("model"):
            return self.error(400, "Missing required parameter: 'model' or 'input'.")
        return self.deliver(request, question, lambda answer: self.write(answer, asked))

    def write(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        return response_body(answer, asked)


def response_body(answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
    tools = [tool for tool in asked.get("tools") or () if isinstance(tool, dict)]
    searches = any(str(tool.get("type", "")).startswith("web_search") for tool in tools)
    content, text = _content(answer, searches)
    reasoning = {"id": new_id("rs"), "type": "reasoning", "summary": []}
    message = {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [content],
    }
    with_sources = "web_search_call.action.sources" in (asked.get("include") or ())
    calls = _search_calls(answer, with_sources) if searches else []
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "metadata": {"sample": "true"},
        "model": "sample-gpt-1",
        "output": [reasoning, *calls, message],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": tools,
        "top_p": 1.0,
        "usage": _usage(answer.question, text, searched=len(calls)),
    }


def _content(answer: Answer, searches: bool) -> tuple[dict[str, Any], str]:
    if answer.outcome is Outcome.REFUSED:
        return {"type": "refusal", "refusal": answer.markdown}, answer.markdown
    text, citations = written(answer.markdown, lambda page: f"([{page.domain}]({tagged(page)}))" if searches else "")
    annotations = [
        {
            "type": "url_citation",
            "start_index": citation.start,
            "end_index": citation.end,
            "title": citation.page.title,
            "url": tagged(citation.page),
        }
        for citation in citations
        if searches
    ]
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}, text


def _search_calls(answer: Answer, with_sources: bool) -> list[dict[str, Any]]:
    """One search, and in some samples the opening of a page, which costs nothing extra."""
    query = answer.question.rstrip("?")
    search: dict[str, Any] = {"type": "search", "query": query, "queries": [query]}
    if with_sources:
        search["sources"] = [{"type": "url", "url": page.url} for page in answer.consulted]
    actions = [search, {"type": "open_page", "url": answer.consulted[0].url}]
    return [
        {"id": new_id("ws"), "type": "web_search_call", "status": "completed", "action": action}
        for action in actions[: 2 if answer.split else 1]
    ]


def _usage(question: str, text: str, *, searched: int) -> dict[str, Any]:
    read, wrote = tokens(question) + 4000 * searched, tokens(text) + 320
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": wrote,
        "output_tokens_details": {"reasoning_tokens": 320},
        "total_tokens": read + wrote,
    }


class ChatCompletions(WireFormat):
    name = "openai_compatible"
    prefix = "/openai/v1/chat/completions"
    folder = "openrouter"

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        return error(status, message, quota=quota)

    def respond(self, request: Request) -> Response:
        asked = request.json()
        if request.method != "POST" or not isinstance(asked, dict):
            return self.error(404 if request.method != "POST" else 400)
        question = last_text(asked.get("messages"))
        if not question or not asked.get("model"):
            return self.error(400, "Missing required parameter: 'model' or 'messages'.")
        return self.deliver(request, question, _completion)


def _completion(answer: Answer) -> dict[str, Any]:
    text, citations = written(answer.markdown, lambda page: f"[{page.domain}]({page.url})")
    refused = answer.outcome is Outcome.REFUSED
    message = {
        "role": "assistant",
        "content": None if refused else text,
        "refusal": text if refused else None,
        "annotations": [_annotation(citation) for citation in citations],
    }
    read, wrote = tokens(answer.question), tokens(text)
    return {
        "id": new_id("chatcmpl"),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": "sample-model",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "usage": {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote},
    }


def _annotation(citation: Citation) -> dict[str, Any]:
    page = citation.page
    place = {"start_index": citation.start, "end_index": citation.end}
    return {"type": "url_citation", "url_citation": {"url": page.url, "title": page.title, **place}}

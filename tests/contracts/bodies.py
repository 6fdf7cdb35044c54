"""Small bodies in the providers' wire shapes, about an invented market of coffee machines."""

import json
from typing import Any

ANSWER = "For a small office, **Aurora** is the machine to beat. Borealis is cheaper and louder."
AURORA = "https://aurora.example/office?utm_source=openai"
REVIEW = "https://coffee-review.example/office-machines"
FORUM = "https://forum.example/t/borealis"

Body = Any  # JSON


def openai(text: str) -> Body:
    note = {"type": "url_citation", "url": AURORA, "title": "Aurora Office", "start_index": 0, "end_index": 9}
    sources = [{"type": "url", "url": REVIEW}, {"type": "url", "url": FORUM}, {"type": "api", "name": "weather"}]
    search = {"type": "search", "query": "office coffee machine", "sources": sources}
    part = {"type": "output_text", "text": text, "annotations": [note, note, {"type": "file_citation"}]}
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "error": None,
        "model": "gpt-5-mini-2025-08-07",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": search},
            {
                "type": "web_search_call",
                "id": "ws_2",
                "status": "completed",
                "action": {"type": "open_page", "url": FORUM},
            },
            {"type": "something_new", "content": [{"type": "output_text", "text": "not the answer"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "tools": [{"type": "web_search", "user_location": {"type": "approximate", "country": "CH"}}],
        "usage": {
            "input_tokens": 10_000,
            "input_tokens_details": {"cached_tokens": 2_000},
            "output_tokens": 1_000,
        },
    }


def perplexity(text: str) -> Body:
    results = [
        {"id": 1, "url": REVIEW, "title": "Office machines", "snippet": "…"},
        {"id": 2, "url": FORUM, "title": "Borealis owners", "snippet": "…"},
    ]
    note = {"type": "url_citation", "url": AURORA, "title": "Aurora Office"}
    return {
        "id": "resp_2",
        "object": "response",
        "status": "completed",
        "model": "perplexity/sonar",
        "output": [
            {"type": "search_results", "queries": ["office coffee machine"], "results": results},
            {"type": "item_of_tomorrow", "results": [{"url": "https://nobody.example"}]},
            {
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": [note]}],
            },
        ],
        "usage": {
            "input_tokens": 3_000,
            "output_tokens": 100,
            "tool_calls_details": {"search_web": {"invocation": 1, "cost_usd": 0.0025}},
            "cost": {"currency": "USD", "total_cost": 0.00375},
        },
    }


def serpapi(text: str) -> Body:
    return {
        "search_metadata": {"id": "search_3", "status": "Success"},
        "search_parameters": {"engine": "google", "q": "office coffee machine", "gl": "ch", "hl": "de"},
        "related_questions": [
            {"question": "Is tea better?", "ai_overview": {"text_blocks": [{"type": "paragraph", "snippet": "Tea"}]}}
        ],
        "ai_overview": {
            "text_blocks": [{"type": "paragraph", "snippet": text, "reference_indexes": [0]}],
            "references": [{"title": "Aurora Office", "link": AURORA, "source": "Aurora", "index": 0}],
        },
        "organic_results": [],
    }


def brightdata(text: str) -> Body:
    return [
        {
            "url": "https://chatgpt.com/?q=office",
            "prompt": "office coffee machine",
            "answer_text": text.replace("**", ""),
            "answer_text_markdown": text,
            "citations": [
                {"url": AURORA, "title": "Aurora Office", "domain": "Aurora", "cited": True},
                {"url": REVIEW, "title": "Office machines", "domain": "Coffee Review", "cited": False},
            ],
            "links_attached": [{"url": AURORA, "text": "Aurora 1+", "position": 1}],
            "search_sources": [{"url": FORUM, "title": "Borealis owners", "rank": 0}],
            "web_search_triggered": False,
            "web_search_query": ["office coffee machine"],
            "model": "gpt-5-1",
            "country": "CH",
        }
    ]


def openai_compatible(text: str) -> Body:
    note = {"type": "url_citation", "url_citation": {"url": AURORA, "title": "Aurora Office", "content": "…"}}
    return {
        "id": "gen-4",
        "object": "chat.completion",
        "model": "house-model-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, "annotations": [note]},
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "cost": 0.00012},
    }


REPLIES = {
    "openai": openai,
    "perplexity": perplexity,
    "serpapi": serpapi,
    "brightdata": brightdata,
    "openai_compatible": openai_compatible,
}


def steps(path: str, reply: str) -> str:
    """What a provider's server sends on this path: most know one, Bright Data three."""
    if path.endswith("/trigger"):
        return json.dumps({"snapshot_id": "s_5"})
    if "/progress/" in path:
        return json.dumps({"snapshot_id": "s_5", "status": "ready"})
    return reply

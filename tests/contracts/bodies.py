"""Small bodies in the providers' wire shapes, about an invented market of coffee machines."""

import json
from typing import Any

ANSWER = "For a small office, **Aurora** is the machine to beat. Borealis is cheaper and louder."
AURORA = "https://aurora.example/office?utm_source=openai"
REVIEW = "https://coffee-review.example/office-machines"
FORUM = "https://forum.example/t/borealis"
GROUNDING = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/"

Body = Any  # JSON


def openai(text: str, *, cited: bool = True) -> Body:
    note = {"type": "url_citation", "url": AURORA, "title": "Aurora Office", "start_index": 0, "end_index": 9}
    sources = [{"type": "url", "url": REVIEW}, {"type": "url", "url": FORUM}, {"type": "api", "name": "weather"}]
    search = {"type": "search", "query": "office coffee machine", "sources": sources}
    part = {
        "type": "output_text",
        "text": text,
        "annotations": [note, note, {"type": "file_citation"}] if cited else [],
    }
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


def perplexity(text: str, *, cited: bool = True) -> Body:
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
                "content": [{"type": "output_text", "text": text, "annotations": [note] if cited else []}],
            },
        ],
        "usage": {
            "input_tokens": 3_000,
            "output_tokens": 100,
            "tool_calls_details": {"search_web": {"invocation": 1, "cost_usd": 0.0025}},
            "cost": {"currency": "USD", "total_cost": 0.00375},
        },
    }


def serpapi(text: str, *, cited: bool = True) -> Body:
    return _serpapi_search("google") | {
        "related_questions": [
            {"question": "Is tea better?", "ai_overview": {"text_blocks": [{"type": "paragraph", "snippet": "Tea"}]}}
        ],
        "ai_overview": _serpapi_answer(text, cited),
        "organic_results": [],
    }


def serpapi_ai_mode(text: str, *, cited: bool = True) -> Body:
    return _serpapi_search("google_ai_mode") | _serpapi_answer(text, cited) | {"subsequent_request_token": "t"}


def serpapi_copilot(text: str, *, cited: bool = True) -> Body:
    body = _serpapi_search("bing_copilot") | _serpapi_answer(text, cited)
    body["search_parameters"] = {"engine": "bing_copilot", "q": "office coffee machine"}
    return body


def _serpapi_search(engine: str) -> dict[str, Any]:
    return {
        "search_metadata": {"id": "search_3", "status": "Success"},
        "search_parameters": {"engine": engine, "q": "office coffee machine", "gl": "ch", "hl": "de"},
    }


def _serpapi_answer(text: str, cited: bool) -> dict[str, Any]:
    reference = {"title": "Aurora Office", "link": AURORA, "source": "Aurora", "index": 0}
    return {
        "text_blocks": [{"type": "paragraph", "snippet": text, "reference_indexes": [0]}],
        "references": [reference] if cited else [],
    }


def brightdata(text: str, *, cited: bool = True) -> Body:
    citations = [
        {"url": AURORA, "title": "Aurora Office", "domain": "Aurora", "cited": True},
        {"url": REVIEW, "title": "Office machines", "domain": "Coffee Review", "cited": False},
    ]
    return [
        {
            "url": "https://chatgpt.com/?q=office",
            "prompt": "office coffee machine",
            "answer_text": text.replace("**", ""),
            "answer_text_markdown": text,
            "citations": citations if cited else [],
            "links_attached": [{"url": AURORA, "text": "Aurora 1+", "position": 1}] if cited else [],
            "search_sources": [{"url": FORUM, "title": "Borealis owners", "rank": 0}],
            "web_search_triggered": False,
            "web_search_query": ["office coffee machine"],
            "model": "gpt-5-1",
            "country": "CH",
        }
    ]


def brightdata_plain(text: str, *, cited: bool = True) -> Body:
    """What the scrapers of other engines than ChatGPT deliver."""
    sources = [{"url": AURORA, "title": "Aurora Office", "position": 1}]
    return [
        {
            "url": "https://engine.example/chat",
            "prompt": "office coffee machine",
            "answer_text_markdown": text,
            "sources": sources if cited else [],
            "web_search_query": ["office coffee machine"],
            "country": "CH",
            "index": 1,
        }
    ]


def anthropic(text: str, *, cited: bool = True) -> Body:
    note = {
        "type": "web_search_result_location",
        "url": AURORA,
        "title": "Aurora Office",
        "cited_text": "…",
        "encrypted_index": "Eo8B",
    }
    results = [
        {"type": "web_search_result", "url": REVIEW, "title": "Office machines", "encrypted_content": "EqgC"},
        {"type": "web_search_result", "url": AURORA, "title": "Aurora Office", "page_age": None},
    ]
    start, middle, end = text[:10], text[10:20], text[20:]
    document = {"type": "char_location", "cited_text": "…", "document_index": 0, "document_title": "A file"}
    return {
        "id": "msg_6",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [
            {"type": "thinking", "thinking": "Which machines are there?", "signature": "EqMB"},
            {"type": "redacted_thinking", "data": "EqMB"},
            {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "coffee machine"}},
            {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": results},
            {"type": "server_tool_use", "id": "srv_2", "name": "web_search", "input": {"query": "quiet machine"}},
            {
                "type": "web_search_tool_result",
                "tool_use_id": "srv_2",
                "content": {"type": "web_search_tool_result_error", "error_code": "too_many_requests"},
            },
            {"type": "text", "text": start},
            {"type": "text", "text": middle, "citations": [note, document] if cited else None},
            {"type": "text", "text": end},
        ],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 8_000,
            "cache_creation_input_tokens": 1_000,
            "cache_read_input_tokens": 2_000,
            "output_tokens": 500,
            "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
        },
    }


def gemini(text: str, *, cited: bool = True) -> Body:
    chunks = [
        {"web": {"uri": AURORA, "title": "Aurora Office"}},
        {"web": {"uri": GROUNDING + "AbC", "title": "forum.example"}},
        {"web": {"uri": "https://www.google.com/search?q=time+in+Bern", "title": "Current time in Bern"}},
    ]
    supports = [{"segment": {"startIndex": 0, "endIndex": 20, "text": "…"}, "groundingChunkIndices": [0, 2]}]
    grounding: dict[str, Any] = {"webSearchQueries": ["office coffee machine", "coffee machine test"]}
    if cited:
        grounding |= {"groundingChunks": chunks, "groundingSupports": supports}
    parts = [{"text": "Let me think.", "thought": True}, {"text": text[:10]}, {"text": text[10:]}]
    return {
        "candidates": [
            {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "groundingMetadata": grounding}
        ],
        "modelVersion": "gemini-3.8-flash",
        "responseId": "resp_7",
        "usageMetadata": {
            "promptTokenCount": 10,
            "toolUsePromptTokenCount": 90,
            "candidatesTokenCount": 200,
            "thoughtsTokenCount": 300,
            "totalTokenCount": 600,
        },
    }


def gemini_interaction(text: str) -> Body:
    """The shape of the newer Interactions API."""
    notes = [
        {"type": "url_citation", "url": GROUNDING + "AbC", "title": "aurora.example", "start_index": 0},
        {"type": "place_citation", "name": "Bern"},
    ]
    return {
        "id": "interaction_8",
        "model": "gemini-3.8-flash",
        "status": "completed",
        "steps": [
            {"type": "thought", "signature": "EqMB"},
            {"type": "google_search_call", "id": "c", "arguments": {"queries": ["office coffee machine"]}},
            {"type": "google_search_result", "call_id": "c", "result": [{"search_suggestions": "<div></div>"}]},
            {"type": "model_output", "content": [{"type": "text", "text": text, "annotations": notes}]},
        ],
        "usage": {"total_input_tokens": 100, "total_output_tokens": 200, "total_thought_tokens": 300},
    }


def xai(text: str, *, cited: bool = True) -> Body:
    notes = [
        {"type": "url_citation", "url": AURORA, "title": "Aurora Office"},
        {"type": "url_citation", "url": FORUM, "title": None, "start_index": None, "end_index": None},
    ]
    part = {"type": "output_text", "text": text, "logprobs": [], "annotations": notes if cited else []}
    return {
        "id": "resp_9",
        "object": "response",
        "status": "completed",
        "model": "grok-4.3",
        "citations": [AURORA, REVIEW] if cited else [],
        "output": [
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "name": "web_search", "arguments": "{}"},
            {"type": "x_search_call", "id": "xs_1", "status": "completed"},
            {"type": "tool_of_tomorrow", "content": [{"type": "output_text", "text": "not the answer"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "tools": [{"type": "web_search", "user_location": {"type": "approximate", "country": "CH"}}],
        "usage": {
            "input_tokens": 1_000,
            "input_tokens_details": {"cached_tokens": 400},
            "output_tokens": 500,
            "num_sources_used": 0,
            "num_server_side_tools_used": 2,
            "cost_in_usd_ticks": 37_756_000,
        },
    }


def dataforseo(text: str, *, cited: bool = True) -> Body:
    """ChatGPT, scraped."""
    page = {"type": "source", "url": AURORA, "title": "Aurora Office", "domain": "aurora.example", "snippet": "…"}
    result = {
        "keyword": "office coffee machine",
        "model": "gpt-5-1",
        "markdown": text,
        "search_results": [{"type": "chatgpt_search_result", "url": FORUM, "title": "Borealis owners"}],
        "sources": [page] if cited else None,
        "fan_out_queries": ["office coffee machine test"],
        "items": [{"type": "chat_gpt_text", "markdown": text, "sources": [page] if cited else None}],
    }
    return _dataforseo(result)


def dataforseo_responses(text: str) -> Body:
    """What its LLM responses look like, which come from the model's API."""
    notes = [{"title": "Aurora Office", "url": AURORA}, {"title": None, "url": FORUM}]
    sections = [{"type": "text", "text": text, "annotations": notes}]
    items = [{"type": "reasoning", "sections": None}, {"type": "message", "sections": sections}]
    return _dataforseo({"model_name": "gpt-4.1-mini", "web_search": True, "money_spent": 0.02, "items": items})


def dataforseo_google(text: str, *, cited: bool = True) -> Body:
    reference = {"type": "ai_overview_reference", "url": AURORA, "title": "Aurora Office", "source": "Aurora"}
    element = {
        "type": "ai_overview_element",
        "title": None,
        "text": text,
        "links": [{"type": "link_element", "title": "owners say", "url": FORUM}] if cited else None,
        "references": [reference] if cited else None,
    }
    overview = {
        "type": "ai_overview",
        "asynchronous_ai_overview": True,
        "markdown": text,
        "items": [element, {"type": "ai_overview_element_of_tomorrow"}],
        "references": [reference] if cited else None,
    }
    return _dataforseo({"items": [{"type": "organic", "url": REVIEW, "title": "Office machines"}, overview]})


def _dataforseo(result: dict[str, Any]) -> Body:
    used = {"keyword": "office coffee machine", "location_code": 2756, "language_code": "de"}
    task = {
        "id": "task-10",
        "status_code": 20000,
        "status_message": "Ok.",
        "cost": 0.004,
        "data": used,
        "result": [result],
    }
    return {
        "version": "0.1",
        "status_code": 20000,
        "status_message": "Ok.",
        "cost": 0.004,
        "tasks_count": 1,
        "tasks_error": 0,
        "tasks": [task],
    }


def openai_compatible(text: str, *, cited: bool = True) -> Body:
    note = {"type": "url_citation", "url_citation": {"url": AURORA, "title": "Aurora Office", "content": "…"}}
    return {
        "id": "gen-4",
        "object": "chat.completion",
        "model": "house-model-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, "annotations": [note] if cited else []},
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "cost": 0.00012},
    }


# By collector and provider.
REPLIES = {
    ("chatgpt", "openai"): openai,
    ("chatgpt", "brightdata"): brightdata,
    ("chatgpt", "dataforseo"): dataforseo,
    ("google_aio", "serpapi"): serpapi,
    ("google_aio", "dataforseo"): dataforseo_google,
    ("google_ai_mode", "serpapi"): serpapi_ai_mode,
    ("google_ai_mode", "dataforseo"): dataforseo_google,
    ("google_ai_mode", "brightdata"): brightdata_plain,
    ("perplexity", "perplexity"): perplexity,
    ("perplexity", "brightdata"): brightdata_plain,
    ("gemini", "gemini"): gemini,
    ("gemini", "brightdata"): brightdata_plain,
    ("claude", "anthropic"): anthropic,
    ("grok", "xai"): xai,
    ("grok", "brightdata"): brightdata_plain,
    ("bing_copilot", "serpapi"): serpapi_copilot,
    ("bing_copilot", "brightdata"): brightdata_plain,
    ("local", "openai_compatible"): openai_compatible,
}


def steps(path: str, reply: str) -> str:
    """What a provider's server sends on this path: most know one, Bright Data three."""
    if path.endswith("/trigger"):
        return json.dumps({"snapshot_id": "s_5"})
    if "/progress/" in path:
        return json.dumps({"snapshot_id": "s_5", "status": "ready"})
    return reply

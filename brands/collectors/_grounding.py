"""Gemini's two kinds of reply: `candidates` of generateContent, `steps` of the newer Interactions API.

The addresses of pages are redirects of Google's in both; whose page it is stands in the title.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from brands.collector import ReplyStatus, Source
from brands.collectors._json import count, mapping, mappings, only, source, words
from brands.collectors._verdict import verdict
from brands.prices import Usage
from jobs.errors import InvalidReply

# A candidate that ended so was held back.
HELD_BACK = ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE")
REDIRECT = "vertexaisearch.cloud.google.com"
HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")
UNFINISHED = ("in_progress", "requires_action", "queued", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Found:
    status: ReplyStatus
    text: str
    citations: tuple[Source, ...]
    searched: bool
    usage: Usage


def candidates(body: dict[str, Any], raw: bytes) -> Found:
    given = body.get("candidates")
    blocked = bool(mapping(body.get("promptFeedback")).get("blockReason"))
    if not isinstance(given, list) and not blocked:
        raise InvalidReply("gemini sent a reply without candidates.", service="gemini", raw=raw)
    candidate = next(filter(_text, mappings(given)), next(iter(mappings(given)), {}))
    grounding = mapping(candidate.get("groundingMetadata"))
    citations = only(*_chunks(grounding))
    queries = _length(grounding.get("webSearchQueries"))
    text = _text(candidate)
    refused = blocked or candidate.get("finishReason") in HELD_BACK
    return Found(
        ReplyStatus.REFUSED if refused else verdict(text),
        text,
        citations,
        searched=bool(queries or citations),
        usage=token_usage(body, searches=queries or bool(citations)),
    )


def _text(candidate: dict[str, Any]) -> str:
    parts = mappings(mapping(candidate.get("content")).get("parts"))
    return "".join(words(part.get("text")) for part in parts if not part.get("thought"))


def _chunks(grounding: dict[str, Any]) -> Iterator[Source | None]:
    """The pages; those are cited that a passage of the text rests on (`groundingSupports`)."""
    supports = mappings(grounding.get("groundingSupports"))
    indices = [support.get("groundingChunkIndices") for support in supports]
    used = {index for part in indices if isinstance(part, list) for index in part if isinstance(index, int)}
    chunks = grounding.get("groundingChunks")
    for index, chunk in enumerate(chunks if isinstance(chunks, list) else []):
        page = mapping(mapping(chunk).get("web")) or mapping(mapping(chunk).get("maps"))
        yield _page(page.get("uri"), page.get("title"), page.get("domain"), cited=index in used)


def _page(uri: object, title: object, domain: object = "", *, cited: bool = True) -> Source | None:
    """A card of Google's own (weather, time) is a search address: the answer rests on it, but it is nobody's page."""
    host, path = _place(words(uri).strip())
    is_card = host in ("google.com", "www.google.com") and path == "/search"
    named = words(domain).strip() or words(title).strip()
    page = source(uri, title, cited=cited and not is_card)
    return page and replace(page, domain=named.lower() if host == REDIRECT and HOST.fullmatch(named) else "")


def _place(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
        return (parts.hostname or ""), parts.path
    except ValueError:
        return "", ""


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def token_usage(body: dict[str, Any], *, searches: int) -> Usage:
    used = mapping(body.get("usageMetadata"))
    model = words(body.get("modelVersion"))
    return Usage(
        model=model,
        input=count(used.get("promptTokenCount")) + count(used.get("toolUsePromptTokenCount")),
        cached=count(used.get("cachedContentTokenCount")),
        output=count(used.get("candidatesTokenCount")) + count(used.get("thoughtsTokenCount")),
        calls=min(searches, 1) if model.startswith("gemini-2") else searches,
    )


def steps(body: dict[str, Any], raw: bytes) -> Found:
    given = body.get("steps")
    if not isinstance(given, list) or body.get("status") in UNFINISHED:
        raise InvalidReply("gemini sent an interaction that is not complete.", service="gemini", raw=raw)
    outputs = [step for step in mappings(given) if step.get("type") == "model_output"]
    texts = [part for step in outputs for part in mappings(step.get("content")) if part.get("type", "text") == "text"]
    text = "".join(words(part.get("text")) for part in texts)
    notes = [note for part in texts for note in mappings(part.get("annotations"))]
    citations = only(*(_page(note.get("url"), note.get("title")) for note in notes if note.get("url")))
    calls = [step for step in mappings(given) if step.get("type") == "google_search_call"]
    queries = sum(_length(mapping(call.get("arguments")).get("queries")) or 1 for call in calls)
    return Found(
        verdict(text), text, citations, searched=bool(calls or citations), usage=_interaction_usage(body, queries)
    )


def _interaction_usage(body: dict[str, Any], queries: int) -> Usage:
    used = mapping(body.get("usage"))
    counted = sum(
        count(tool.get("count"))
        for tool in mappings(used.get("grounding_tool_count"))
        if tool.get("type") == "google_search"
    )
    return Usage(
        model=words(body.get("model")),
        input=count(used.get("total_input_tokens")) + count(used.get("total_tool_use_tokens")),
        cached=count(used.get("total_cached_tokens")),
        output=count(used.get("total_output_tokens")) + count(used.get("total_thought_tokens")),
        calls=counted or queries,
    )

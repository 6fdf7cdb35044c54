"""The reply of chat completions, in the dialects of OpenAI, OpenRouter, Perplexity's older API and local servers."""

from decimal import Decimal
from typing import Any

from brands.collector import Question, Reply, ReplyStatus, Source
from brands.collectors._json import count, dollars, mapping, mappings, only, others, source, words
from brands.collectors._responses import citation, failure, parts_of
from brands.collectors._verdict import verdict
from jobs.errors import InvalidReply


def chat_reply(service: str, question: Question, body: dict[str, Any], raw: bytes, key: str) -> Reply:
    message, filtered = _message(service, body, raw, key)
    text = "".join(words(part.get("text")) for part in parts_of(message.get("content")))
    refusal = words(message.get("refusal")).strip()
    status = verdict(text)
    if not text.strip() and (refusal or filtered):
        status, text = ReplyStatus.REFUSED, refusal
    citations = _citations(message, body)
    cost = billed(body)
    return Reply(
        status=status,
        text=text,
        citations=citations,
        consulted=others(_results(body, cited=False), citations),
        searched=_searched(body, citations),
        model_served=words(body.get("model")),
        cost_usd=cost,
        cost_source="billed" if cost is not None else "",
        request_id=words(body.get("id")),
        raw=raw,
        country_honoured=False if question.country else None,  # chat completions know neither
        locale_honoured=False if question.locale else None,
    )


def _message(service: str, body: dict[str, Any], raw: bytes, key: str) -> tuple[dict[str, Any], bool]:
    """The first choice's message and whether a filter held it back; raises where an error came in its place."""
    choices = body.get("choices")
    if body.get("error") and not choices:
        raise failure(service, body["error"], raw, key)
    if not isinstance(choices, list):
        raise InvalidReply(f"{service} sent a completion without a list of choices.", service=service, raw=raw)
    choice = mapping(choices[0]) if choices else {}
    message = mapping(choice.get("message"))
    if choice.get("error") and not message.get("content"):
        raise failure(service, choice["error"], raw, key)
    if choices and not message:
        raise InvalidReply(f"{service} sent a choice without a message.", service=service, raw=raw)
    return message, choice.get("finish_reason") == "content_filter"


def _citations(message: dict[str, Any], body: dict[str, Any]) -> tuple[Source, ...]:
    """Annotations of the message, or else the list `citations`, or else `search_results`, beside the choices."""
    noted = only(*(citation(note) for note in mappings(message.get("annotations"))))
    if noted:
        return noted
    results = _results(body, cited=True)
    titles = {page.url: page.title for page in results}
    listed = body.get("citations", message.get("citations"))
    addresses = listed if isinstance(listed, list) else []
    pages = (
        source(mapping(item).get("url"), mapping(item).get("title"))
        or source(item, titles.get(words(item).strip(), ""))
        for item in addresses
    )
    return only(*pages) or results


def _results(body: dict[str, Any], *, cited: bool) -> tuple[Source, ...]:
    return only(
        *(source(page.get("url"), page.get("title"), cited=cited) for page in mappings(body.get("search_results")))
    )


def _searched(body: dict[str, Any], citations: tuple[Source, ...]) -> bool | None:
    used = mapping(body.get("usage"))
    tools = mapping(used.get("server_tool_use_details")) or mapping(used.get("server_tool_use"))
    searches = tools.get("web_search_requests", used.get("num_search_queries"))
    if citations or count(searches):
        return True
    return False if searches == 0 else None


def billed(body: dict[str, Any]) -> Decimal | None:
    """OpenRouter's `usage.cost` is an amount, Perplexity's a table with a total."""
    cost = mapping(body.get("usage")).get("cost")
    return dollars(mapping(cost).get("total_cost") if isinstance(cost, dict) else cost)

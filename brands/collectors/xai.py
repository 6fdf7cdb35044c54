"""Grok with web search, through xAI's Responses API, which is asked with OpenAI's SDK as xAI advises."""

from decimal import Decimal
from typing import Any

from brands.collector import Provider, Question, Reply, Source, provider
from brands.collectors._json import count, mapping, only, others, source, words
from brands.collectors._responses import consulted, items_of, located, said, search_tool, ticks, usage
from brands.collectors._sdk import create_response
from brands.prices import estimate

SEARCHES = ("web_search_call", "x_search_call")  # x: of posts on X


@provider
class XAI(Provider):
    is_cooperative = True
    name = "xai"
    collector = "grok"
    key_setting = "XAI_API_KEY"

    def ask(self, question: Question) -> Reply:
        request = {"input": question.text, "tools": [search_tool(question)]}
        body, raw, request_id = create_response(self.name, self.config, request)
        return _reply(question, body, raw, self.config.api_key, request_id)


def _reply(question: Question, body: dict[str, Any], raw: bytes, key: str, request_id: str) -> Reply:
    items = items_of("xai", body, raw, key)
    answer = said(items, body)
    calls = [item for item in items if item.get("type") in SEARCHES]
    cost, cost_source = _cost(body, calls)
    return Reply(
        status=answer.status,
        text=answer.text,
        citations=answer.citations,
        consulted=others((*consulted(calls), *_listed(body)), answer.citations),
        searched=any(call.get("status") != "failed" for call in calls),
        model_served=words(body.get("model")),
        cost_usd=cost,
        cost_source=cost_source,
        request_id=words(request_id) or words(body.get("id")),
        raw=raw,
        country_honoured=located(body, question.country) if question.country else None,
        locale_honoured=False if question.locale else None,  # the API has no such parameter
    )


def _cost(body: dict[str, Any], calls: list[dict[str, Any]]) -> tuple[Decimal | None, str]:
    """What xAI charged where it says so, tools included; older replies leave it to an estimate."""
    billed = ticks(body)
    if billed is not None:
        return billed, "billed"
    used = mapping(body.get("usage"))
    cost = estimate("xai", usage(body, count(used.get("num_server_side_tools_used")) or len(calls)))
    return cost, "estimated" if cost is not None else ""


def _listed(body: dict[str, Any]) -> tuple[Source, ...]:
    """All addresses that Grok came across; the list stands beside the output."""
    addresses = body.get("citations")
    return only(*(source(address, cited=False) for address in (addresses if isinstance(addresses, list) else [])))

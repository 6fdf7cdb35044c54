"""ChatGPT's models with web search, through OpenAI's Responses API."""

from typing import Any, cast

from openai import OpenAI

from brands.collector import Provider, Question, Reply, Source, provider
from brands.collectors._exchange import http_client, read_object
from brands.collectors._json import count, mapping, mappings, only, others, source, words
from brands.collectors._responses import items_of, said
from brands.prices import Usage, estimate


@provider
class OpenAIResponses(Provider):
    name = "openai"
    collector = "chatgpt"
    key_setting = "OPENAI_API_KEY"

    def ask(self, question: Question) -> Reply:
        config = self.config
        with OpenAI(
            api_key=config.api_key,
            base_url=config.base_url or None,
            timeout=config.timeout,
            max_retries=0,
            # The SDK takes a client of httpx as well as one of httpx2, which is all that its types know.
            http_client=cast(Any, http_client(self.name, config)),
        ) as client:
            response = client.responses.with_raw_response.create(
                model=config.model,
                input=question.text,
                tools=[cast(Any, _search_tool(question))],
                include=["web_search_call.action.sources"],
            ).http_response
        body, raw = read_object(self.name, response.content, response.headers.get("content-type", ""), config)
        return _reply(question, body, raw, config.api_key, response.headers.get("x-request-id", ""))


def _search_tool(question: Question) -> dict[str, Any]:
    tool: dict[str, Any] = {"type": "web_search"}
    if question.country:
        tool["user_location"] = {"type": "approximate", "country": question.country}
    return tool


def _reply(question: Question, body: dict[str, Any], raw: bytes, key: str, request_id: str) -> Reply:
    items = items_of("openai", body, raw, key)
    answer = said(items, body)
    calls = [item for item in items if item.get("type") == "web_search_call"]
    cost = estimate("openai", _usage(body, calls))
    return Reply(
        status=answer.status,
        text=answer.text,
        citations=answer.citations,
        consulted=others(_consulted(calls), answer.citations),
        searched=any(call.get("status") != "failed" for call in calls),
        model_served=words(body.get("model")),
        cost_usd=cost,
        cost_source="estimated" if cost is not None else "",
        request_id=words(request_id) or words(body.get("id")),
        raw=raw,
        country_honoured=_located(body, question.country) if question.country else None,
        locale_honoured=False if question.locale else None,  # the API has no such parameter
    )


def _usage(body: dict[str, Any], calls: list[dict[str, Any]]) -> Usage:
    used = mapping(body.get("usage"))
    return Usage(
        model=words(body.get("model")),
        input=count(used.get("input_tokens")),
        cached=count(mapping(used.get("input_tokens_details")).get("cached_tokens")),
        output=count(used.get("output_tokens")),
        # Opening a page and looking in it are not charged.
        calls=sum(mapping(call.get("action")).get("type", "search") == "search" for call in calls),
    )


def _consulted(calls: list[dict[str, Any]]) -> tuple[Source, ...]:
    """Pages that the searches brought up, and pages that were opened."""
    actions = [mapping(call.get("action")) for call in calls]
    found = [page for action in actions for page in (*mappings(action.get("sources")), action)]
    return only(*(source(page.get("url"), page.get("title"), cited=False) for page in found))


def _located(body: dict[str, Any], country: str) -> bool:
    """Whether the country was used: the reply repeats the tools with which it was made."""
    locations = [mapping(tool.get("user_location")) for tool in mappings(body.get("tools"))]
    return not locations or any(place.get("country") == country for place in locations)

"""Perplexity's answers, through its Agent API. The model is always named: a preset alone may serve another vendor's."""

import re
from typing import Any

from brands.collector import Provider, Question, Reply, Source, provider
from brands.collectors._chat import chat_reply
from brands.collectors._exchange import http_client, read_object
from brands.collectors._json import count, dollars, mapping, mappings, only, others, source, words
from brands.collectors._responses import items_of, said
from brands.prices import Usage, estimate
from jobs.errors import ServiceError
from jobs.http import unreachable

MARKER = re.compile(r"\[(web:)?(\d{1,4})\]")  # [3] is the result with the id 3, [web:3] the third of all results


@provider
class PerplexityAgent(Provider):
    is_cooperative = True
    name = "perplexity"
    collector = "perplexity"
    key_setting = "PERPLEXITY_API_KEY"

    def ask(self, question: Question) -> Reply:
        import perplexity  # see _sdk.py

        config = self.config
        with perplexity.Perplexity(
            api_key=config.api_key,
            base_url=config.base_url or None,
            timeout=config.timeout,
            max_retries=0,
            http_client=http_client(self.name, config),
        ) as client:
            try:
                response = client.responses.with_raw_response.create(**_request(question, config.model)).http_response
            except perplexity.APIConnectionError as error:
                # The SDK wraps whatever a transport raises; ours raises ServiceErrors.
                cause = error.__cause__
                raise (cause if isinstance(cause, ServiceError) else unreachable(self.name, error)) from None
        body, raw = read_object(self.name, response.content, response.headers.get("content-type", ""), config)
        return _reply(question, body, raw, config.api_key)


def _request(question: Question, model: str) -> dict[str, Any]:
    tool: dict[str, Any] = {"type": "web_search"}
    request: dict[str, Any] = {"model": model, "input": question.text, "tools": [tool]}
    if question.country:
        tool["user_location"] = {"country": question.country}
    if question.locale:
        request["language_preference"] = question.locale.split("-")[0].lower()
    return request


def _reply(question: Question, body: dict[str, Any], raw: bytes, key: str) -> Reply:
    if "choices" in body:  # gateways answer in the shape of Perplexity's older API
        return chat_reply("perplexity", question, body, raw, key)
    items = items_of("perplexity", body, raw, key)
    answer = said(items, body)
    used = mapping(body.get("usage"))
    searches = count(mapping(mapping(used.get("tool_calls_details")).get("search_web")).get("invocation"))
    billed = dollars(mapping(used.get("cost")).get("total_cost"))
    cost = billed if billed is not None else estimate("perplexity", _usage(body, used, searches))
    return Reply(
        status=answer.status,
        text=answer.text,
        citations=answer.citations,
        consulted=others(_consulted(items, answer.text), answer.citations),
        searched=bool(searches) or any(_results(item) for item in items),
        model_served=words(body.get("model")),
        cost_usd=cost,
        cost_source="billed" if billed is not None else "estimated" if cost is not None else "",
        request_id=words(body.get("id")),
        raw=raw,
        country_honoured=True if question.country else None,
        locale_honoured=True if question.locale else None,
    )


def _usage(body: dict[str, Any], used: dict[str, Any], searches: int) -> Usage:
    return Usage(
        words(body.get("model")),
        input=count(used.get("input_tokens")),
        output=count(used.get("output_tokens")),
        calls=searches,
    )


def _results(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of a search (`search_results`) or of a look at pages (`fetch_url_results`)."""
    return mappings(
        item.get({"search_results": "results", "fetch_url_results": "contents"}.get(str(item.get("type")), ""))
    )


def _consulted(items: list[dict[str, Any]], text: str) -> tuple[Source, ...]:
    """All results, those marked as cited that the text points to by their number."""
    results = [result for item in items for result in _results(item)]
    marks = {(bool(web), int(number)) for web, number in MARKER.findall(text)}
    pages = []
    for place, result in enumerate(results, start=1):
        cited = (True, place) in marks or (False, count(result.get("id"))) in marks
        pages.append(source(result.get("url"), result.get("title"), cited=cited))
    return only(*pages)

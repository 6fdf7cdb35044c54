"""ChatGPT's models with web search, through OpenAI's Responses API."""

from typing import Any

from brands.collector import Provider, Question, Reply, provider
from brands.collectors._json import mapping, others, words
from brands.collectors._responses import consulted, items_of, located, said, search_tool, usage
from brands.collectors._sdk import create_response
from brands.prices import estimate


@provider
class OpenAIResponses(Provider):
    is_cooperative = True
    name = "openai"
    collector = "chatgpt"
    key_setting = "OPENAI_API_KEY"

    def ask(self, question: Question) -> Reply:
        request = {
            "input": question.text,
            "tools": [search_tool(question)],
            "include": ["web_search_call.action.sources"],
        }
        body, raw, request_id = create_response(self.name, self.config, request)
        return _reply(question, body, raw, self.config.api_key, request_id)


def _reply(question: Question, body: dict[str, Any], raw: bytes, key: str, request_id: str) -> Reply:
    items = items_of("openai", body, raw, key)
    answer = said(items, body)
    calls = [item for item in items if item.get("type") == "web_search_call"]
    # Opening a page and looking in it are not charged.
    charged = sum(mapping(call.get("action")).get("type", "search") == "search" for call in calls)
    cost = estimate("openai", usage(body, charged))
    return Reply(
        status=answer.status,
        text=answer.text,
        citations=answer.citations,
        consulted=others(consulted(calls), answer.citations),
        searched=any(call.get("status") != "failed" for call in calls),
        model_served=words(body.get("model")),
        cost_usd=cost,
        cost_source="estimated" if cost is not None else "",
        request_id=words(request_id) or words(body.get("id")),
        raw=raw,
        country_honoured=located(body, question.country) if question.country else None,
        locale_honoured=False if question.locale else None,  # the API has no such parameter
    )

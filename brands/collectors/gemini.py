"""Gemini with Google Search, through Google's Gemini API and its official SDK."""

import httpx

from brands.collector import Provider, ProviderConfig, Question, Reply, provider
from brands.collectors._exchange import Transport, read_object
from brands.collectors._grounding import candidates, steps
from brands.collectors._json import words
from brands.collectors._responses import failure
from brands.prices import estimate
from jobs.errors import NotConfigured
from jobs.http import trusted


@provider
class Gemini(Provider):
    is_cooperative = True
    name = "gemini"
    collector = "gemini"
    key_setting = "GEMINI_API_KEY"

    def ask(self, question: Question) -> Reply:
        response = _send(self.config, question)
        body, raw = read_object(self.name, response.content, response.headers.get("content-type", ""), self.config)
        if body.get("error"):
            raise failure(self.name, body["error"], raw, self.config.api_key)
        found = steps(body, raw) if "steps" in body else candidates(body, raw)
        # Up to Gemini 2 a prompt that searches has a price, from 3 on each query.
        cost = estimate("gemini 2" if found.usage.model.startswith("gemini-2") else self.name, found.usage)
        return Reply(
            status=found.status,
            text=found.text,
            citations=found.citations,
            searched=found.searched,
            model_served=found.usage.model,
            cost_usd=cost,
            cost_source="estimated" if cost is not None else "",
            request_id=words(body.get("responseId")) or words(body.get("id")),
            raw=raw,
            country_honoured=False if question.country else None,  # Google Search grounding knows neither
            locale_honoured=False if question.locale else None,
        )


class KeepingTransport(Transport):
    """Keeps the reply for us and hands the SDK an empty one: its types refuse replies that are worth keeping."""

    response: httpx.Response

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.response = super().handle_request(request)
        return httpx.Response(200, json={}, request=request)


def _send(config: ProviderConfig, question: Question) -> httpx.Response:
    from google import genai  # takes half a second, which commands that ask nobody need not wait for
    from google.genai import types

    transport = KeepingTransport("gemini", config)
    with httpx.Client(transport=transport, follow_redirects=False, trust_env=False) as http_client:
        options = types.HttpOptions(
            base_url=config.base_url,
            api_version="v1beta",
            httpx_client=http_client,
            timeout=max(round(config.timeout * 1000), 1),
            # For clients that are not used; without this, the SDK reads all certificates twice, which takes 40 ms.
            client_args={"verify": trusted()},
            async_client_args={"verify": trusted(), "ssl": trusted()},
        )
        client = genai.Client(api_key=config.api_key, enterprise=False, http_options=options)
        wishes = types.GenerateContentConfig(
            tools=[types.Tool(google_search=types.GoogleSearch())],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        try:
            client.models.generate_content(model=config.model, contents=question.text, config=wishes)
        except ValueError:
            # What the SDK refuses before it sends anything; the rest of the request is ours.
            raise NotConfigured("GEMINI_MODEL is not the name of a model.", service="gemini") from None
    return transport.response

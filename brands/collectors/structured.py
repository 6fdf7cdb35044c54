"""Asking a language model to fill in a JSON schema: no search, no tools of its own, one reply.

Instructions and material go in different parts of the request, so that a model knows which of them to obey.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from brands.collector import ProviderConfig
from brands.collectors._chat import billed
from brands.collectors._exchange import exchange, read_object
from brands.collectors._grounding import token_usage
from brands.collectors._json import mapping, mappings, words
from brands.collectors._responses import items_of, message_usage, parts_of, said, ticks, usage
from brands.prices import Usage, estimate
from jobs.errors import NotConfigured

_MAX_TOKENS = 8192
_Body = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """What is to be filled in. `schema` is a JSON schema of an object."""

    name: str
    instructions: str
    material: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """The JSON that a model sent, unchecked, and what it cost (see `Reply`)."""

    text: str
    cost_usd: Decimal | None
    cost_source: str


def fill_in(provider: str, config: ProviderConfig, form: Form) -> Filled:
    """Raises a ServiceError where nothing came."""
    if provider not in _WIRES:
        known = ", ".join(sorted(_WIRES))
        raise NotConfigured(f"{provider} fills in no schema. These do: {known}.", service=provider)
    return _WIRES[provider](provider, config, form)


def fills_in(provider: str) -> bool:
    return provider in _WIRES


def _sent(service: str, config: ProviderConfig, path: str, headers: dict[str, str], body: dict[str, Any]) -> _Body:
    url = config.base_url.rstrip("/") + path
    response = exchange(service, config, "POST", url, headers=headers, json=body)
    return read_object(service, response.content, response.headers.get("content-type", ""), config)


def _bearer(config: ProviderConfig) -> dict[str, str]:
    return {"Authorization": f"Bearer {config.api_key}"} if config.api_key else {}


def _filled(service: str, text: str, used: Usage, billed: Decimal | None = None) -> Filled:
    cost = estimate(service, used) if billed is None else billed
    return Filled(text, cost, "billed" if billed is not None else "estimated" if cost is not None else "")


def _responses(service: str, config: ProviderConfig, form: Form) -> Filled:
    shape = {"type": "json_schema", "name": form.name, "schema": form.schema, "strict": True}
    request = {
        "model": config.model,
        "instructions": form.instructions,
        "input": form.material,
        "text": {"format": shape},
        "store": False,
    }
    body, raw = _sent(service, config, "/responses", _bearer(config), request)
    text = said(items_of(service, body, raw, config.api_key), body).text
    return _filled(service, text, usage(body, 0), ticks(body))


def _chat(service: str, config: ProviderConfig, form: Form) -> Filled:
    shape = {"name": form.name, "schema": form.schema, "strict": True}
    messages = [{"role": "system", "content": form.instructions}, {"role": "user", "content": form.material}]
    request = {
        "model": config.model or "default",
        "messages": messages,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": shape},
    }
    body, _ = _sent(service, config, "/chat/completions", _bearer(config), request)
    choice = next(iter(mappings(body.get("choices"))), {})
    text = "".join(words(part.get("text")) for part in parts_of(mapping(choice.get("message")).get("content")))
    return _filled(service, text, Usage(), billed(body))


def _messages(service: str, config: ProviderConfig, form: Form) -> Filled:
    request = {
        "model": config.model,
        "max_tokens": _MAX_TOKENS,
        "system": form.instructions,
        "messages": [{"role": "user", "content": form.material}],
        "tools": [{"name": form.name, "description": "Takes the findings.", "input_schema": form.schema}],
        "tool_choice": {"type": "tool", "name": form.name},
    }
    headers = {"x-api-key": config.api_key, "anthropic-version": "2023-06-01"}
    body, _ = _sent(service, config, "/v1/messages", headers, request)
    filled = (block.get("input") for block in mappings(body.get("content")) if block.get("type") == "tool_use")
    return _filled(service, json.dumps(next(filled, None)), message_usage([body]))


def _generate(service: str, config: ProviderConfig, form: Form) -> Filled:
    request = {
        "systemInstruction": {"parts": [{"text": form.instructions}]},
        "contents": [{"role": "user", "parts": [{"text": form.material}]}],
        "generationConfig": {
            "responseMimeType": "application/json",
            "responseJsonSchema": form.schema,
            "temperature": 0,
        },
    }
    path = f"/v1beta/models/{quote(config.model, safe='')}:generateContent"
    body, _ = _sent(service, config, path, {"x-goog-api-key": config.api_key}, request)
    candidate = next(iter(mappings(body.get("candidates"))), {})
    parts = mappings(mapping(candidate.get("content")).get("parts"))
    text = "".join(words(part.get("text")) for part in parts if not part.get("thought"))
    return _filled(service, text, token_usage(body, searches=0))


_WIRES: dict[str, Callable[[str, ProviderConfig, Form], Filled]] = {
    "openai": _responses,
    "xai": _responses,
    "openai_compatible": _chat,
    "anthropic": _messages,
    "gemini": _generate,
}

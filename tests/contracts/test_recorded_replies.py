"""Real responses, where a folder of them lies beside the repository: `EXPECTED.json` says what is in each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.collector import Provider, ProviderConfig, Question, Reply, ReplyStatus, providers
from tests.contracts.bodies import steps

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "recorded"
READERS = {
    "openai": ("chatgpt", "openai"),
    "xai": ("grok", "xai"),
    "anthropic": ("claude", "anthropic"),
    "gemini": ("gemini", "gemini"),
    "perplexity": ("perplexity", "perplexity"),
    "serpapi": ("google_aio", "serpapi"),
    "brightdata": ("chatgpt", "brightdata"),
    "openrouter": ("local", "openai_compatible"),
    "dataforseo/serp": ("google_ai_mode", "dataforseo"),
    "dataforseo/chat": ("chatgpt", "dataforseo"),
}
PAUSED = ("anthropic/messages_pause_turn.1.json", "anthropic/messages_pause_turn.2.json")
OVERVIEW = "serpapi/google_ai_overview_after_page_token.json"


def expected() -> dict[str, dict[str, Any]]:
    known = json.loads((RECORDED / "EXPECTED.json").read_text()) if RECORDED.is_dir() else {}
    return {name: facts for name, facts in known.items() if name not in PAUSED}


def reader(name: str) -> type[Provider]:
    return providers.get(next(key for start, key in READERS.items() if name.startswith(start)))


@pytest.mark.parametrize(("name", "facts"), expected().items(), ids=list(expected()))
def test_a_recorded_reply_is_read_as_expected(name: str, facts: dict[str, Any], httpserver: HTTPServer) -> None:
    def respond(request: Request) -> Response:
        file = OVERVIEW if "page_token" in request.args else name
        return Response(steps(request.path, (RECORDED / file).read_text()), content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(respond)
    config = ProviderConfig("key-of-the-test", httpserver.url_for("/v1"), "gpt-5", timeout=10, poll_interval=0.01)
    reply = reader(name)(config).ask(Question("q"))
    if "answer_chars" in facts:
        assert_answer(reply, facts)
    else:
        deferred = facts["state"] == "deferred"
        assert reply.status is (ReplyStatus.ANSWERED if deferred else ReplyStatus.ABSENT)
        assert len(httpserver.log) == (2 if deferred else 1)


def assert_answer(reply: Reply, facts: dict[str, Any]) -> None:
    assert reply.status is ReplyStatus.ANSWERED
    assert len(reply.text) == facts["answer_chars"]
    assert reply.text.startswith(facts["answer_head"])
    assert len(reply.citations) == facts["n_citations"]
    assert len({page.url for page in reply.citations}) == facts["n_unique_urls"]
    assert next((page.url for page in reply.citations), None) == facts["first_citation"]
    assert reply.model_served == facts.get("model", reply.model_served)
    if facts.get("billed_usd") is not None:
        assert (float(reply.cost_usd or 0), reply.cost_source) == (facts["billed_usd"], "billed")
    if facts.get("envelope_cost") is not None:
        assert (float(reply.cost_usd or 0), reply.cost_source) == (facts["envelope_cost"], "billed")
    if "web_search_requests" in facts or "queries" in facts:
        assert reply.searched is bool(facts.get("web_search_requests") or facts.get("queries"))
    if "titles" in facts:
        assert [page.title for page in reply.citations] == facts["titles"]
    if "cited_true" in facts:
        assert sum(page.cited for page in reply.citations) == facts["cited_true"]


@pytest.mark.parametrize("names", [PAUSED] if RECORDED.is_dir() else [])
def test_a_recorded_turn_that_pauses_is_gone_on_with(names: tuple[str, ...], httpserver: HTTPServer) -> None:
    bodies = [(RECORDED / name).read_text() for name in names]
    for body in bodies:
        httpserver.expect_ordered_request("/v1/messages").respond_with_data(body, content_type="application/json")
    config = ProviderConfig("key-of-the-test", httpserver.url_for(""), "claude-sonnet-5-5", timeout=10)
    reply = reader("anthropic")(config).ask(Question("q"))
    known = [json.loads((RECORDED / "EXPECTED.json").read_text())[name] for name in names]
    assert len(reply.text) == sum(facts["answer_chars"] for facts in known)
    assert reply.text.startswith(known[0]["answer_head"])
    assert len(reply.citations) == known[1]["n_citations"]
    assert reply.model_served == known[1]["model"]
    (_, again) = [request.get_json()["messages"] for request, _ in httpserver.log]
    assert again[1] == {"role": "assistant", "content": json.loads(bodies[0])["content"]}

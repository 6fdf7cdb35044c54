"""Real responses, where a folder of them lies beside the repository: `EXPECTED.json` says what is in each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.collector import ProviderConfig, Question, Reply, ReplyStatus, providers
from tests.contracts.bodies import steps

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "recorded"
READERS = {
    "openai": ("chatgpt", "openai"),
    "xai": ("chatgpt", "openai"),  # the same shape
    "perplexity": ("perplexity", "perplexity"),
    "serpapi": ("google_aio", "serpapi"),
    "brightdata": ("chatgpt", "brightdata"),
    "openrouter": ("local", "openai_compatible"),
}
OVERVIEW = "serpapi/google_ai_overview_after_page_token.json"


def expected() -> dict[str, dict[str, Any]]:
    known = json.loads((RECORDED / "EXPECTED.json").read_text()) if RECORDED.is_dir() else {}
    return {name: facts for name, facts in known.items() if name.split("/")[0] in READERS}


@pytest.mark.parametrize(("name", "facts"), expected().items(), ids=list(expected()))
def test_a_recorded_reply_is_read_as_expected(name: str, facts: dict[str, Any], httpserver: HTTPServer) -> None:
    def respond(request: Request) -> Response:
        file = OVERVIEW if "page_token" in request.args else name
        return Response(steps(request.path, (RECORDED / file).read_text()), content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(respond)
    config = ProviderConfig("key-of-the-test", httpserver.url_for("/v1"), "gpt-5", timeout=10, poll_interval=0.01)
    reply = providers.get(READERS[name.split("/")[0]])(config).ask(Question("q"))
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
    assert reply.model_served == facts.get("model", "")
    if facts.get("billed_usd") is not None:
        assert (float(reply.cost_usd or 0), reply.cost_source) == (facts["billed_usd"], "billed")
    if "cited_true" in facts:
        assert sum(page.cited for page in reply.citations) == facts["cited_true"]

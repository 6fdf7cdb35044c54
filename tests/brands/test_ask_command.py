"""`manage.py ask`. No test here has a database: pytest-django refuses every access to it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from tests.contracts.bodies import ANSWER, AURORA, openai

KEY = "sk-canary-99cc"
FIELDS = [
    "status",
    "text",
    "citations",
    "searched",
    "collector",
    "provider",
    "model_served",
    "cost_usd",
    "cost_source",
    "request_id",
    "latency_ms",
    "error",
]


@pytest.fixture(autouse=True)
def one_provider(settings: Settings, httpserver: HTTPServer) -> None:
    entry = {"api_key": KEY, "base_url": httpserver.url_for("/v1"), "model": "gpt-5-mini"}
    settings.PROVIDERS = settings.PROVIDERS | {"openai": entry}
    settings.COLLECTORS = settings.COLLECTORS | {"chatgpt": ["openai"]}
    settings.COLLECTION_TIMEOUT = 5


def run(*arguments: str) -> tuple[str, str, int]:
    """What the command wrote to stdout and to stderr, and its exit code."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("ask", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return out.getvalue(), err.getvalue(), code


def run_json(*arguments: str) -> tuple[dict[str, Any], int]:
    out, _, code = run(*arguments, "--json")
    said: dict[str, Any] = json.loads(out)
    assert list(said) == FIELDS
    assert KEY not in out
    return said, code


def test_an_answer_as_json(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json(openai(ANSWER))
    said, code = run_json("Which machine?", "--collector", "chatgpt")
    assert code == 0
    assert isinstance(said.pop("latency_ms"), int)
    page = {"url": AURORA, "title": "Aurora Office", "cited": True}
    assert said == {
        "status": "answered",
        "text": ANSWER,
        "citations": [page, page],
        "searched": True,
        "collector": "chatgpt",
        "provider": "openai",
        "model_served": "gpt-5-mini-2025-08-07",
        "cost_usd": 0.01405,
        "cost_source": "estimated",
        "request_id": "resp_1",
        "error": None,
    }


def test_an_answer_as_text(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json(openai(ANSWER))
    out, _, code = run("Which machine?", "--collector", "chatgpt", "--country", "ch", "--locale", "de-CH")
    assert code == 0
    assert out.splitlines()[0] == "answered: chatgpt through openai, searched"
    assert "The locale was not honoured." in out
    assert "The country was not honoured." not in out
    assert ANSWER in out
    assert f"[1] {AURORA} Aurora Office" in out
    assert "cost $0.01405 (estimated), model gpt-5-mini-2025-08-07," in out


def test_an_answer_cannot_steer_the_terminal(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json(openai("Aurora\x1b[2J\u202egood\x9b"))
    out, _, _ = run("Which machine?", "--collector", "chatgpt")
    assert "Aurora\ufffd[2J\ufffdgood\ufffd" in out


def test_a_failure_is_one_sentence_and_exit_code_1(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json({"error": {"message": f"Bad key {KEY}."}}, 401)
    said, code = run_json("Which machine?", "--collector", "chatgpt")
    assert code == 1
    assert (said["status"], said["text"], said["citations"], said["provider"]) == ("failed", "", [], "openai")
    assert said["error"] == "openai answered HTTP 401: The service refused the key. It said: Bad key ***."


def test_a_failure_as_text_goes_to_stderr(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json({}, 503)
    out, err, code = run("Which machine?", "--collector", "chatgpt")
    assert (out, code) == ("", 1)
    assert err.startswith("openai answered HTTP 503:")


def test_a_missing_key_is_named(settings: Settings) -> None:
    settings.PROVIDERS = settings.PROVIDERS | {"openai": settings.PROVIDERS["openai"] | {"api_key": ""}}
    said, code = run_json("Which machine?", "--collector", "chatgpt")
    assert (code, said["error"]) == (1, "Set OPENAI_API_KEY to ask chatgpt through openai.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["q", "--collector", "oracle"], "There is no collector 'oracle'. There are: bing_copilot, chatgpt,"),
        (["q", "--collector", "chatgpt", "--provider", "serpapi"], "chatgpt has no provider 'serpapi'."),
        ([" ", "--collector", "chatgpt"], "The question is empty."),
        (["q", "--collector", "chatgpt", "--country", "Swiss"], "A country is two letters"),
        (["q", "--collector", "chatgpt", "--locale", "German, please"], "A locale is a language tag"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(arguments: list[str], sentence: str) -> None:
    said, code = run_json(*arguments)
    assert (code, said["status"]) == (1, "failed")
    assert said["error"].startswith(sentence)

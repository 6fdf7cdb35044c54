from typing import Any

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from brands.asking import ask, build, chain, collectors, unusable
from brands.collector import AsyncProvider, Provider, ProviderConfig, Question, Reply, ReplyStatus, providers
from jobs.errors import NotConfigured, Unavailable, UnknownName
from tests.contracts.bodies import ANSWER, brightdata, openai

QUESTION = Question("Which coffee machine?")
KEY = "sk-canary-55bb"


class Kettle(Provider):
    """What an app of somebody else registers."""

    name = "kettle"
    collector = "tea"
    key_setting = "KETTLE_API_KEY"

    def ask(self, question: Question) -> Reply:
        return Reply(status=ReplyStatus.ANSWERED, text=self.config.base_url)


class Slow(AsyncProvider):
    name = "slow"
    collector = "chatgpt"

    def start(self, question: Question) -> str:
        return "task-1"

    def poll(self, task_id: str, question: Question) -> Reply | None:
        return None


@pytest.fixture
def configured(settings: Settings, httpserver: HTTPServer) -> Settings:
    """Both providers of chatgpt at a local server, with keys."""
    entry = {"api_key": KEY, "base_url": httpserver.url_for("/v1")}
    settings.PROVIDERS = settings.PROVIDERS | {"openai": entry | {"model": "gpt-5-mini"}, "brightdata": entry}
    settings.COLLECTORS = settings.COLLECTORS | {"chatgpt": ["openai", "brightdata"]}
    settings.COLLECTION_POLL_INTERVAL = 0.01
    settings.COLLECTION_TIMEOUT = 5
    return settings


def set_entry(settings: Settings, name: str, **values: Any) -> None:
    settings.PROVIDERS = settings.PROVIDERS | {name: settings.PROVIDERS[name] | values}


def serve_brightdata(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/datasets/v3/trigger").respond_with_json({"snapshot_id": "s_5"})
    httpserver.expect_request("/v1/datasets/v3/progress/s_5").respond_with_json({"status": "ready"})
    httpserver.expect_request("/v1/datasets/v3/snapshot/s_5").respond_with_json(brightdata(ANSWER))


def test_the_first_provider_that_answers_serves(configured: Settings, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json(openai(ANSWER))
    asked = ask(QUESTION, "chatgpt")
    assert (asked.provider, asked.failures, asked.error) == ("openai", (), None)
    assert asked.reply is not None
    assert asked.reply.text == ANSWER


def test_the_next_provider_serves_and_the_failure_is_told(configured: Settings, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json({"error": {"message": "Down."}}, 503)
    serve_brightdata(httpserver)
    asked = ask(QUESTION, "chatgpt")
    assert (asked.provider, asked.error) == ("brightdata", None)
    assert [(failure.provider, type(failure.error)) for failure in asked.failures] == [("openai", Unavailable)]


def test_a_provider_without_a_key_is_passed_over(configured: Settings, httpserver: HTTPServer) -> None:
    set_entry(configured, "openai", api_key="")
    serve_brightdata(httpserver)
    asked = ask(QUESTION, "chatgpt")
    assert asked.provider == "brightdata"
    assert str(asked.failures[0].error) == "Set OPENAI_API_KEY to ask chatgpt through openai."


def test_a_failure_that_may_pass_outweighs_one_that_will_not(configured: Settings, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json({}, 503)
    httpserver.expect_request("/v1/datasets/v3/trigger").respond_with_json({}, 401)
    asked = ask(QUESTION, "chatgpt")
    assert (asked.reply, asked.provider, len(asked.failures)) == (None, "", 2)
    assert isinstance(asked.error, Unavailable)


def test_a_task_that_is_not_ready_is_not_bought_again_elsewhere(configured: Settings) -> None:
    configured.COLLECTORS = {"chatgpt": ["slow", "openai"]}
    with providers.temporarily(("chatgpt", "slow"), Slow):
        asked = ask(QUESTION, "chatgpt", timeout=0.05)
    assert [failure.provider for failure in asked.failures] == ["slow"]
    assert asked.error is not None
    assert asked.error.retryable
    assert "task-1" in str(asked.error)


def test_a_caller_can_ask_in_its_own_way(configured: Settings) -> None:
    seen: list[tuple[str, float]] = []

    def how(provider: Provider, question: Question) -> Reply:
        seen.append((provider.name, provider.config.timeout))
        return Reply(status=ReplyStatus.ABSENT)

    asked = ask(QUESTION, "chatgpt", "brightdata", how=how, timeout=7)
    assert (asked.provider, seen) == ("brightdata", [("brightdata", 7)])


def test_all_that_could_be_set_is_named_in_one_sentence(configured: Settings) -> None:
    for name in ("openai", "brightdata"):
        set_entry(configured, name, api_key="")
    said = (
        "Set OPENAI_API_KEY to ask chatgpt through openai, or set BRIGHTDATA_API_KEY to ask chatgpt through brightdata."
    )
    assert str(ask(QUESTION, "chatgpt").error) == said
    assert unusable("chatgpt") == said


def test_a_collector_with_one_usable_provider_is_usable(configured: Settings) -> None:
    set_entry(configured, "openai", api_key="")
    assert unusable("chatgpt") == ""
    assert "There is no collector" in unusable("oracle")


def test_an_unknown_collector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"There is no collector 'oracle'\. There are: bing_copilot, chatgpt,"):
        ask(QUESTION, "oracle")


def test_a_provider_of_another_collector_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"perplexity has no provider 'openai'\. It has: brightdata, perplexity\."):
        chain("perplexity", "openai")


def test_a_chain_that_names_nobody_is_refused(settings: Settings) -> None:
    settings.COLLECTORS = {"chatgpt": []}
    with pytest.raises(NotConfigured, match="Set CHATGPT_PROVIDERS"):
        chain("chatgpt")


@pytest.mark.parametrize("base_url", ["nonsense", "ftp://host", "http://", "http://[::1", "http://host:99999"])
def test_an_address_that_is_none_is_refused(base_url: str, configured: Settings) -> None:
    set_entry(configured, "openai", base_url=base_url)
    with pytest.raises(NotConfigured, match="OPENAI_BASE_URL is not an address"):
        build("chatgpt", "openai")


@pytest.mark.parametrize("key", ["sk-\n123456", "ключ-canary", "two words"])
def test_a_key_that_can_be_none_is_refused_without_being_shown(key: str, configured: Settings) -> None:
    set_entry(configured, "openai", api_key=key)
    with pytest.raises(NotConfigured, match="OPENAI_API_KEY") as caught:
        build("chatgpt", "openai")
    assert key not in str(caught.value)


def test_a_local_endpoint_needs_an_address_and_no_key(settings: Settings) -> None:
    set_entry(settings, "openai_compatible", api_key="", base_url="")
    with pytest.raises(NotConfigured, match="Set OPENAI_COMPATIBLE_BASE_URL"):
        build("local", "openai_compatible")
    set_entry(settings, "openai_compatible", base_url="http://127.0.0.1:9/v1")
    assert build("local", "openai_compatible").config == ProviderConfig(
        base_url="http://127.0.0.1:9/v1",
        model=settings.PROVIDERS["openai_compatible"]["model"],
        timeout=settings.COLLECTION_TIMEOUT,
        poll_interval=settings.COLLECTION_POLL_INTERVAL,
    )


def test_another_apps_provider_needs_no_entry_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETTLE_BASE_URL", "http://kettle.example")
    with providers.temporarily(("tea", "kettle"), Kettle):
        assert "tea" in collectors()
        assert unusable("tea") == "Set KETTLE_API_KEY to ask tea through kettle."
        monkeypatch.setenv("KETTLE_API_KEY", KEY)
        reply = ask(QUESTION, "tea").reply
    assert reply is not None
    assert reply.text == "http://kettle.example"

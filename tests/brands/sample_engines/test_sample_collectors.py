"""Every collector through every one of its providers, from the question to the reply, without a key."""

import re
from typing import Any

import pytest

from brands import asking
from brands.collector import Question, ReplyStatus, providers
from brands.sample_engines import Fault, SampleEngines, market

EVERY = [pytest.param(*key, id="/".join(key)) for key, cls in providers.items() if cls.__module__.startswith("brands.")]
STATUSES = {ReplyStatus.ANSWERED, ReplyStatus.EMPTY, ReplyStatus.ABSENT, ReplyStatus.REFUSED}


@pytest.fixture
def asked(engines: SampleEngines, settings: Any) -> SampleEngines:
    environment = engines.environment()
    for name, entry in settings.PROVIDERS.items():
        variables = {"api_key": f"{name.upper()}_API_KEY", "base_url": f"{name.upper()}_BASE_URL"}
        settings.PROVIDERS = settings.PROVIDERS | {
            name: entry | {field: environment[variable] for field, variable in variables.items()}
        }
    settings.COLLECTION_POLL_INTERVAL = 0.01
    return engines


@pytest.mark.parametrize(("collector", "provider"), EVERY)
def test_each_provider_answers_about_the_sample_market(collector: str, provider: str, asked: SampleEngines) -> None:
    replies = [asking.ask(Question(query.text, "US", "en-US"), collector, provider) for query in market.QUERIES]
    assert {each.reply.status for each in replies if each.reply} <= STATUSES
    answered = [each.reply for each in replies if each.reply and each.reply.status is ReplyStatus.ANSWERED]
    assert len(answered) >= 3
    assert any("Fernquay" in reply.text for reply in answered)
    assert any(page.cited for reply in answered for page in (*reply.citations, *reply.consulted))
    assert not any(re.search(r"\[\[[a-z-]+\]\]", reply.text) for reply in answered)


@pytest.mark.parametrize(("collector", "provider"), EVERY)
def test_the_same_seed_gives_each_provider_the_same_texts(
    collector: str, provider: str, asked: SampleEngines, settings: Any
) -> None:
    question = Question(market.WATERPROOF.text)
    said = [getattr(asking.ask(question, collector, provider).reply, "text", "") for _ in range(3)]
    with SampleEngines() as again:
        entry = settings.PROVIDERS[provider]
        url = again.environment()[f"{provider.upper()}_BASE_URL"]
        settings.PROVIDERS = settings.PROVIDERS | {provider: entry | {"base_url": url}}
        assert [getattr(asking.ask(question, collector, provider).reply, "text", "") for _ in range(3)] == said


def test_collectors_of_one_provider_do_not_disturb_each_others_draws(asked: SampleEngines) -> None:
    question = Question(market.WATERPROOF.text)
    first = asking.ask(question, "bing_copilot", "serpapi").reply
    for _ in range(3):
        asking.ask(question, "google_ai_mode", "serpapi")
    with SampleEngines() as again:
        assert first is not None
        assert {call.provider for call in asked.calls} == {"serpapi"}
        assert again.calls == []


def test_a_turn_that_pauses_is_charged_for_its_two_parts(asked: SampleEngines) -> None:
    for _ in range(12):
        assert asking.ask(Question("Who mends bags?"), "claude").reply is not None
    assert len({call.n for call in asked.calls}) == 12 < len(asked.calls)


@pytest.mark.parametrize(
    ("collector", "provider", "mode", "kind"),
    [
        ("claude", "anthropic", "429", "RateLimited"),
        ("claude", "anthropic", "insufficient_quota", "QuotaExhausted"),
        ("claude", "anthropic", "503", "Unavailable"),
        ("gemini", "gemini", "401", "Unauthorized"),
        ("gemini", "gemini", "429", "RateLimited"),
        ("grok", "xai", "401", "Unauthorized"),
        ("grok", "xai", "insufficient_quota", "QuotaExhausted"),
        ("google_ai_mode", "dataforseo", "429", "RateLimited"),
        ("google_ai_mode", "dataforseo", "403", "Unauthorized"),
        ("google_ai_mode", "dataforseo", "400", "InvalidRequest"),
        ("google_ai_mode", "dataforseo", "503", "Unavailable"),
        ("google_ai_mode", "dataforseo", "insufficient_quota", "QuotaExhausted"),
    ],
)
def test_each_vendors_own_words_become_the_typed_error(
    collector: str, provider: str, mode: str, kind: str, asked: SampleEngines
) -> None:
    asked.faults.set(provider, Fault(mode))
    error = asking.ask(Question("Who mends bags?"), collector, provider).error
    assert type(error).__name__ == kind
    assert asked.calls == []


def test_a_delay_that_gemini_names_in_its_body_is_kept(asked: SampleEngines) -> None:
    asked.faults.set("gemini", Fault("429"))
    error = asking.ask(Question("Who mends bags?"), "gemini", "gemini").error
    assert error is not None
    assert error.retry_after == 37


def test_no_ai_overview_is_told_as_absent(asked: SampleEngines) -> None:
    reply = asking.ask(Question(market.PRICE.text), "google_aio", "dataforseo").reply
    assert reply is not None
    assert (reply.status, reply.text) == (ReplyStatus.ABSENT, "")

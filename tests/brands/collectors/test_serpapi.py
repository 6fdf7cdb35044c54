from decimal import Decimal
from typing import Any

import pytest
import serpapi as sdk
from pytest_httpserver import HTTPServer
from werkzeug import Response

from brands.collector import ProviderConfig, Question, ReplyStatus
from brands.collectors._serpapi_client import SerpApiClient
from brands.collectors.serpapi import SerpApi, SerpApiAIMode, SerpApiCopilot
from jobs.errors import InvalidReply, NotConfigured, QuotaExhausted, RateLimited, ServiceError, Unavailable
from tests.brands.collectors.serving import KEY, QUESTION, ask, requests
from tests.contracts.bodies import AURORA, serpapi, serpapi_ai_mode, serpapi_copilot

LATER = "Can't generate an AI overview right now. Try again later."
NONE = "An AI Overview is not available for this search"


def overview(value: Any, **fields: Any) -> dict[str, Any]:
    return serpapi("Aurora.") | {"ai_overview": value} | fields


def test_the_request_never_takes_a_cached_answer(httpserver: HTTPServer) -> None:
    reply = ask(SerpApi, httpserver, serpapi("Aurora."), question=Question("Which machine?", "CH", "de-CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("GET", "/v1/search")
    assert dict(request.args) == {
        "engine": "google",
        "q": "Which machine?",
        "gl": "ch",
        "hl": "de",
        "no_cache": "true",
        "api_key": KEY,
    }
    assert (reply.country_honoured, reply.locale_honoured) == (True, True)


@pytest.mark.parametrize(("locale", "hl"), [("pt-BR", "pt-br"), ("zh-TW", "zh-tw"), ("en-GB", "en"), ("fi", "fi")])
def test_a_locale_becomes_googles_language(locale: str, hl: str, httpserver: HTTPServer) -> None:
    ask(SerpApi, httpserver, serpapi("Aurora."), question=Question("q", locale=locale))
    assert requests(httpserver)[0].args["hl"] == hl


def test_another_country_than_asked_for_was_not_honoured(httpserver: HTTPServer) -> None:
    assert ask(SerpApi, httpserver, serpapi("Aurora."), question=Question("q", "FR")).country_honoured is False


def test_a_deferred_overview_is_fetched_at_once(httpserver: HTTPServer) -> None:
    deferred = overview({"page_token": "token-1", "serpapi_link": "https://serpapi.example/"})
    reply = ask(
        SerpApi, httpserver, deferred, {"search_metadata": {}, "ai_overview": serpapi("Borealis.")["ai_overview"]}
    )
    assert (reply.status, reply.text, reply.citations[0].url) == (ReplyStatus.ANSWERED, "Borealis.", AURORA)
    second = requests(httpserver)[1].args
    assert (second["engine"], second["page_token"], second["no_cache"]) == ("google_ai_overview", "token-1", "true")
    assert reply.request_id == "search_3"
    assert reply.cost_usd == Decimal("0.030")  # two searches


@pytest.mark.parametrize("second", [{"page_token": "token-2"}, {"error": LATER}])
def test_an_overview_that_does_not_come_may_come_later(second: dict[str, Any], httpserver: HTTPServer) -> None:
    with pytest.raises(Unavailable):
        ask(SerpApi, httpserver, overview({"page_token": "token-1"}), overview(second))
    assert len(httpserver.log) == 2


@pytest.mark.parametrize("value", [None, {"error": NONE}])
def test_an_overview_that_google_does_not_show_is_absent(value: Any, httpserver: HTTPServer) -> None:
    reply = ask(SerpApi, httpserver, overview(value))
    assert (reply.status, reply.text, reply.citations) == (ReplyStatus.ABSENT, "", ())


def test_a_search_without_any_result_is_absent(httpserver: HTTPServer) -> None:
    body = {"search_metadata": {"status": "Success"}, "error": "Google hasn't returned any results for this query."}
    assert ask(SerpApi, httpserver, body).status is ReplyStatus.ABSENT


@pytest.mark.parametrize(
    "body", [overview({"error": LATER}), {"search_metadata": {"status": "Error"}, "error": "We could not get it."}]
)
def test_an_error_of_the_moment_may_be_tried_again(body: dict[str, Any], httpserver: HTTPServer) -> None:
    with pytest.raises(Unavailable):
        ask(SerpApi, httpserver, body)


@pytest.mark.parametrize("value", ["text", [1], {"text_blocks": "text"}])
def test_an_overview_of_another_shape_is_refused(value: Any, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply):
        ask(SerpApi, httpserver, overview(value))


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Your account has run out of searches.", QuotaExhausted),
        ("You are exceeding the hourly throughput limit.", RateLimited),
    ],
)
def test_one_status_means_wait_or_stop(sentence: str, kind: type[ServiceError], httpserver: HTTPServer) -> None:
    with pytest.raises(ServiceError) as caught:
        ask(SerpApi, httpserver, Response(f'{{"error": "{sentence}"}}', 429, content_type="application/json"))
    assert type(caught.value) is kind


@pytest.mark.parametrize("base_url", ["nonsense", "ftp://serpapi.example", "http://"])
def test_an_address_that_cannot_be_asked_does_not_show_the_key(base_url: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        SerpApi(ProviderConfig(KEY, base_url)).ask(QUESTION)
    assert KEY not in str(caught.value)


def test_each_client_keeps_its_own_address() -> None:
    before = sdk.Client.BASE_DOMAIN
    first, second = (SerpApiClient(ProviderConfig(KEY, f"http://127.0.0.1:9/{path}")).sdk for path in ("one", "two"))
    assert (first.BASE_DOMAIN, second.BASE_DOMAIN) == ("http://127.0.0.1:9/one", "http://127.0.0.1:9/two")
    assert before == sdk.Client.BASE_DOMAIN


PLACED = Question("Which machine?", "CH", "de-CH")


def test_ai_mode_is_asked_for_the_questions_country_and_language(httpserver: HTTPServer) -> None:
    reply = ask(SerpApiAIMode, httpserver, serpapi_ai_mode("Aurora."), question=PLACED)
    sent = dict(requests(httpserver)[0].args)
    assert sent | {"api_key": ""} == {
        "engine": "google_ai_mode",
        "q": "Which machine?",
        "gl": "ch",
        "hl": "de",
        "no_cache": "true",
        "api_key": "",
    }
    assert (reply.country_honoured, reply.locale_honoured) == (True, True)


def test_copilot_knows_neither_country_nor_language(httpserver: HTTPServer) -> None:
    reply = ask(SerpApiCopilot, httpserver, serpapi_copilot("Aurora."), question=PLACED)
    sent = requests(httpserver)[0].args
    assert sent["engine"] == "bing_copilot"
    assert not {"gl", "hl"} & set(sent)
    assert (reply.text, reply.country_honoured, reply.locale_honoured) == ("Aurora.", False, False)


@pytest.mark.parametrize("cls", [SerpApiAIMode, SerpApiCopilot])
def test_a_page_without_an_answer_is_absent(cls: Any, httpserver: HTTPServer) -> None:
    body = {name: part for name, part in serpapi_ai_mode("x").items() if name not in ("text_blocks", "references")}
    reply = ask(cls, httpserver, body | {"error": "Google AI Mode hasn't returned any results for this query."})
    assert (reply.status, reply.searched) == (ReplyStatus.ABSENT, None)


def test_markdown_stands_in_for_missing_text_blocks(httpserver: HTTPServer) -> None:
    body = serpapi_ai_mode("x") | {"text_blocks": [], "reconstructed_markdown": "**Aurora** is best."}
    assert ask(SerpApiAIMode, httpserver, body).text == "**Aurora** is best."


@pytest.mark.parametrize("cls", [SerpApiAIMode, SerpApiCopilot])
def test_a_page_that_failed_may_be_tried_again(cls: Any, httpserver: HTTPServer) -> None:
    body = {"search_metadata": {"id": "s", "status": "Error"}, "error": "We could not get results."}
    with pytest.raises(Unavailable, match="could not get results"):
        ask(cls, httpserver, body)

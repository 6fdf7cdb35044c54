from base64 import b64decode
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from brands.collector import Provider, Question, ReplyStatus
from brands.collectors.dataforseo import DataForSeoAIMode, DataForSeoAIOverview, DataForSeoChatGPT
from jobs.errors import (
    InvalidReply,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)
from tests.brands.collectors.serving import KEY, ask, requests
from tests.contracts.bodies import ANSWER, AURORA, FORUM, dataforseo, dataforseo_google, dataforseo_responses

Kind = type[Provider]
EVERY: list[Kind] = [DataForSeoChatGPT, DataForSeoAIOverview, DataForSeoAIMode]


def told(code: int, message: str = "No.", tasks: Any = None) -> dict[str, Any]:
    return {"version": "0.1", "status_code": code, "status_message": message, "cost": 0, "tasks": tasks}


def with_overview(**fields: Any) -> dict[str, Any]:
    body = dataforseo_google(ANSWER)
    body["tasks"][0]["result"][0]["items"][1] |= fields
    return dict(body)


@pytest.mark.parametrize(
    ("cls", "path", "more"),
    [
        (DataForSeoChatGPT, "ai_optimization/chat_gpt/llm_scraper", {"force_web_search": True}),
        (DataForSeoAIOverview, "serp/google/organic", {"load_async_ai_overview": True}),
        (DataForSeoAIMode, "serp/google/ai_mode", {}),
    ],
)
def test_the_task_names_the_place_and_the_language(
    cls: Kind, path: str, more: dict[str, Any], httpserver: HTTPServer
) -> None:
    reply = ask(cls, httpserver, dataforseo_google(ANSWER), question=Question("Which machine?", "CH", "de-CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", f"/v1/v3/{path}/live/advanced")
    assert request.get_json() == [{"keyword": "Which machine?", "location_code": 2756, "language_code": "de", **more}]
    assert (reply.country_honoured, reply.locale_honoured) == (True, True)


def test_a_place_and_a_language_are_sent_also_where_none_is_asked_for(httpserver: HTTPServer) -> None:
    reply = ask(DataForSeoAIMode, httpserver, dataforseo_google(ANSWER))
    (task,) = requests(httpserver)[0].get_json()
    assert (task["location_code"], task["language_code"]) == (2840, "en")
    assert (reply.country_honoured, reply.locale_honoured) == (None, None)


def test_another_place_than_the_one_that_was_asked_for_is_told(httpserver: HTTPServer) -> None:
    reply = ask(DataForSeoAIMode, httpserver, dataforseo_google(ANSWER), question=Question("q", "GB", "en"))
    assert (reply.country_honoured, reply.locale_honoured) == (False, False)


def test_two_letters_that_are_no_country_are_refused_without_a_request(httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidRequest, match="'QX'"):
        ask(DataForSeoAIMode, httpserver, dataforseo_google(ANSWER), question=Question("q", "QX"))
    assert requests(httpserver) == []


def test_signs_that_the_service_would_decode_are_encoded(httpserver: HTTPServer) -> None:
    ask(DataForSeoAIMode, httpserver, dataforseo_google(ANSWER), question=Question("Is C++ 100% better?"))
    assert requests(httpserver)[0].get_json()[0]["keyword"] == "Is C%2B%2B 100%25 better?"


@pytest.mark.parametrize(("key", "sent"), [("login:pass-word", "login:pass-word"), (KEY, None)])
def test_login_and_password_are_sent_as_basic_authentication(
    key: str, sent: str | None, httpserver: HTTPServer
) -> None:
    ask(DataForSeoAIMode, httpserver, dataforseo_google(ANSWER), api_key=key)
    kind, credential = requests(httpserver)[0].headers["Authorization"].split()
    assert kind == "Basic"
    assert credential == key if sent is None else b64decode(credential).decode() == sent


@pytest.mark.parametrize("where", ["request", "task"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (40100, Unauthorized),
        (40200, QuotaExhausted),
        (40202, RateLimited),
        (40203, QuotaExhausted),
        (40210, QuotaExhausted),
        (40501, InvalidRequest),
        (40101, Unavailable),
        (40601, Unavailable),
        (50000, Unavailable),
        (50301, Unavailable),
    ],
)
@pytest.mark.parametrize("cls", EVERY)
def test_a_code_inside_a_success_becomes_a_typed_error(
    cls: Kind, code: int, kind: type[ServiceError], where: str, httpserver: HTTPServer
) -> None:
    said = f"The key {KEY} may not."
    task = {"id": "t", "status_code": code, "status_message": said, "result": None}
    body = told(code, said) if where == "request" else told(20000, "Ok.", [task])
    with pytest.raises(ServiceError) as caught:
        ask(cls, httpserver, body)
    assert type(caught.value) is kind
    assert str(code) in str(caught.value)
    assert "The key *** may not." in str(caught.value)
    assert caught.value.raw


@pytest.mark.parametrize("tasks", [None, [], [None], "none"])
def test_a_success_without_a_task_is_no_reply(tasks: Any, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply):
        ask(DataForSeoAIMode, httpserver, told(20000, "Ok.", tasks))


@pytest.mark.parametrize("cls", [DataForSeoAIOverview, DataForSeoAIMode])
def test_a_page_without_an_overview_is_absent(cls: Kind, httpserver: HTTPServer) -> None:
    body = dataforseo_google(ANSWER)
    del body["tasks"][0]["result"][0]["items"][1]
    reply = ask(cls, httpserver, body)
    assert (reply.status, reply.searched, reply.cost_usd) == (ReplyStatus.ABSENT, None, Decimal("0.004"))


def test_a_search_without_results_is_absent(httpserver: HTTPServer) -> None:
    task = {"id": "t", "status_code": 40102, "status_message": "No Search Results.", "result": None}
    assert ask(DataForSeoAIOverview, httpserver, told(20000, "Ok.", [task])).status is ReplyStatus.ABSENT


def test_an_overview_that_was_not_loaded_is_not_absent(httpserver: HTTPServer) -> None:
    with pytest.raises(Unavailable, match="could not load"):
        ask(DataForSeoAIOverview, httpserver, with_overview(markdown=None, items=None, references=None))


def test_the_elements_stand_in_for_missing_markdown(httpserver: HTTPServer) -> None:
    component = {"type": "ai_overview_expanded_component", "markdown": "- Borealis is cheaper."}
    elements = [
        {"type": "ai_overview_element", "title": "In short", "text": "Aurora."},
        {"type": "ai_overview_expanded_element", "title": "More", "components": [component]},
        {"type": "of_tomorrow", "data": 1},
    ]
    text = ask(DataForSeoAIOverview, httpserver, with_overview(markdown=None, items=elements)).text
    assert text == "In short\nAurora.\n\nMore\n- Borealis is cheaper."


def test_links_in_the_text_are_cited_beside_the_references(httpserver: HTTPServer) -> None:
    reply = ask(DataForSeoAIOverview, httpserver, dataforseo_google(ANSWER))
    assert [page.url for page in reply.citations] == [AURORA]
    assert [(page.url, page.cited) for page in reply.consulted] == [(FORUM, True)]


def test_chatgpts_sources_are_cited_and_its_search_results_consulted(httpserver: HTTPServer) -> None:
    reply = ask(DataForSeoChatGPT, httpserver, dataforseo(ANSWER))
    assert [(page.url, page.cited) for page in (*reply.citations, *reply.consulted)] == [(AURORA, True), (FORUM, False)]
    assert (reply.model_served, reply.cost_source) == ("gpt-5-1", "billed")


def test_an_answer_of_the_models_api_is_read_too(httpserver: HTTPServer) -> None:
    reply = ask(DataForSeoChatGPT, httpserver, dataforseo_responses(ANSWER))
    assert (reply.text, reply.model_served, reply.searched) == (ANSWER, "gpt-4.1-mini", True)
    assert [page.url for page in reply.citations] == [AURORA, FORUM]

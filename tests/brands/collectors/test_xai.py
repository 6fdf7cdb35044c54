import json
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from brands.collector import Question, ReplyStatus
from brands.collectors.xai import XAI
from jobs.errors import InvalidRequest, QuotaExhausted, ServiceError, Unauthorized
from tests.brands.collectors.serving import ask, requests
from tests.contracts.bodies import ANSWER, AURORA, FORUM, REVIEW, xai


def with_usage(**used: Any) -> dict[str, Any]:
    body = xai(ANSWER)
    kept = {name: value for name, value in body["usage"].items() if name != "cost_in_usd_ticks"}
    return body | {"usage": kept | used}


def test_the_request_searches_the_web_from_the_questions_country(httpserver: HTTPServer) -> None:
    reply = ask(XAI, httpserver, xai(ANSWER), question=Question("Which machine?", "CH", "de-CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/responses")
    location = {"type": "approximate", "country": "CH"}
    assert request.get_json()["tools"] == [{"type": "web_search", "user_location": location}]
    assert (reply.country_honoured, reply.locale_honoured) == (True, False)


def test_a_country_that_the_reply_does_not_repeat_was_not_honoured(httpserver: HTTPServer) -> None:
    body = xai(ANSWER) | {"tools": [{"type": "web_search", "search_context_size": "medium"}]}
    assert ask(XAI, httpserver, body, question=Question("q", "CH")).country_honoured is False


def test_citations_without_titles_and_places_are_citations(httpserver: HTTPServer) -> None:
    reply = ask(XAI, httpserver, xai(ANSWER))
    assert [(page.url, page.title) for page in reply.citations] == [(AURORA, "Aurora Office"), (FORUM, "")]


def test_what_grok_came_across_is_consulted(httpserver: HTTPServer) -> None:
    assert [(page.url, page.cited) for page in ask(XAI, httpserver, xai(ANSWER)).consulted] == [(REVIEW, False)]


def test_the_cost_is_the_one_that_was_billed(httpserver: HTTPServer) -> None:
    reply = ask(XAI, httpserver, xai(ANSWER))
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.0037756"), "billed")


@pytest.mark.parametrize("ticks", [None, "many", True, -1])
def test_without_usable_ticks_the_cost_is_estimated(ticks: Any, httpserver: HTTPServer) -> None:
    reply = ask(XAI, httpserver, with_usage(cost_in_usd_ticks=ticks))
    # 1,000 tokens at 1.25 and 500 written at 2.50 dollars a million, and two calls of tools at 0.005
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.0125"), "estimated")


def test_a_search_of_posts_is_a_search(httpserver: HTTPServer) -> None:
    body = xai(ANSWER)
    del body["output"][0]
    assert ask(XAI, httpserver, body).searched is True


def test_an_answer_without_a_search_did_not_search(httpserver: HTTPServer) -> None:
    body = xai(ANSWER)
    body["output"] = body["output"][3:]
    reply = ask(XAI, httpserver, body)
    assert (reply.status, reply.searched) == (ReplyStatus.ANSWERED, False)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "Incorrect API key provided: sk***11. You can obtain an API key from the console.", Unauthorized),
        (400, "This model does not support that.", InvalidRequest),
        (410, "Live search is deprecated.", InvalidRequest),
        (429, "Your team has either used all available credits or reached its spending limit.", QuotaExhausted),
        (403, "Your newly created team doesn't have any credits yet.", QuotaExhausted),
    ],
)
def test_a_status_is_told_apart_by_its_sentence(
    status: int, said: str, kind: type[ServiceError], httpserver: HTTPServer
) -> None:
    body = json.dumps({"code": "Client specified an invalid argument", "error": said})
    with pytest.raises(kind):
        ask(XAI, httpserver, Response(body, status, content_type="application/json"))

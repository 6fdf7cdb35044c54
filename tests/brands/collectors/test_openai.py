from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from brands.collector import Question, ReplyStatus
from brands.collectors.openai import OpenAIResponses
from jobs.errors import InvalidReply, QuotaExhausted, RateLimited, ServiceError, Unavailable
from tests.brands.collectors.serving import KEY, ask, requests
from tests.contracts.bodies import ANSWER, AURORA, FORUM, REVIEW, openai


def with_parts(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return openai(ANSWER) | {"output": [{"type": "message", "content": list(parts)}]} | fields


def test_the_request_searches_the_web_from_the_questions_country(httpserver: HTTPServer) -> None:
    ask(OpenAIResponses, httpserver, openai(ANSWER), question=Question("Which machine?", "CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/responses")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.get_json() == {
        "model": "gpt-5-mini",
        "input": "Which machine?",
        "tools": [{"type": "web_search", "user_location": {"type": "approximate", "country": "CH"}}],
        "include": ["web_search_call.action.sources"],
    }


def test_the_country_is_left_to_the_provider_where_none_is_asked_for(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, openai(ANSWER))
    assert requests(httpserver)[0].get_json()["tools"] == [{"type": "web_search"}]
    assert (reply.country_honoured, reply.locale_honoured) == (None, None)


def test_a_country_that_the_reply_does_not_repeat_was_not_honoured(httpserver: HTTPServer) -> None:
    body = openai(ANSWER) | {"tools": [{"type": "web_search", "user_location": {"country": "US"}}]}
    assert ask(OpenAIResponses, httpserver, body, question=Question("q", "CH")).country_honoured is False


def test_cited_and_consulted_pages_are_kept_apart(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, openai(ANSWER))
    assert [page.url for page in reply.citations] == [AURORA, AURORA]  # as sent, doubles kept
    assert [(page.url, page.cited) for page in reply.consulted] == [(REVIEW, False), (FORUM, False)]


def test_an_answer_may_have_searched_and_cite_nothing(httpserver: HTTPServer) -> None:
    body = openai(ANSWER)
    body["output"][-1]["content"][0]["annotations"] = []
    reply = ask(OpenAIResponses, httpserver, body)
    assert (reply.searched, reply.citations) == (True, ())


def test_an_answer_without_a_search_call_did_not_search(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, with_parts({"type": "output_text", "text": ANSWER}))
    assert (reply.status, reply.searched) == (ReplyStatus.ANSWERED, False)


def test_a_citation_without_a_title_is_a_citation(httpserver: HTTPServer) -> None:
    note = {"type": "url_citation", "url": AURORA, "title": None, "start_index": None}
    reply = ask(OpenAIResponses, httpserver, with_parts({"type": "output_text", "text": ANSWER, "annotations": [note]}))
    assert [(page.url, page.title) for page in reply.citations] == [(AURORA, "")]


def test_tokens_and_searches_make_the_estimate_but_opened_pages_do_not(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, openai(ANSWER))
    # 8,000 fresh tokens at 0.25, 2,000 cached at 0.025 and 1,000 written at 2.00 a million, and one search at 0.01
    assert reply.cost_usd == Decimal("0.01405")
    assert reply.cost_source == "estimated"


def test_an_unknown_model_has_no_price(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, openai(ANSWER) | {"model": "gpt-99"})
    assert (reply.model_served, reply.cost_usd, reply.cost_source) == ("gpt-99", None, "")


def test_a_refusal_part_is_a_refusal_and_says_what_was_said(httpserver: HTTPServer) -> None:
    reply = ask(OpenAIResponses, httpserver, with_parts({"type": "refusal", "refusal": "I must decline."}))
    assert (reply.status, reply.text) == (ReplyStatus.REFUSED, "I must decline.")


def test_an_answer_cut_off_by_the_limit_of_tokens_is_an_answer(httpserver: HTTPServer) -> None:
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert ask(OpenAIResponses, httpserver, openai("Aurora and") | cut).status is ReplyStatus.ANSWERED


@pytest.mark.parametrize(
    ("reason", "status"), [("max_output_tokens", ReplyStatus.EMPTY), ("content_filter", ReplyStatus.REFUSED)]
)
def test_a_response_that_ended_before_its_first_word(reason: str, status: ReplyStatus, httpserver: HTTPServer) -> None:
    body = openai("") | {"status": "incomplete", "incomplete_details": {"reason": reason}}
    assert ask(OpenAIResponses, httpserver, body).status is status


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("server_error", Unavailable),
        ("rate_limit_exceeded", RateLimited),
        ("insufficient_quota", QuotaExhausted),
        ("image_too_small", InvalidReply),
    ],
)
def test_a_failure_inside_http_200_is_a_failure(code: str, kind: type[ServiceError], httpserver: HTTPServer) -> None:
    body = openai("") | {"status": "failed", "error": {"code": code, "message": f"No luck with {KEY}."}}
    with pytest.raises(ServiceError, match=r"openai could not answer: No luck with \*\*\*\.") as caught:
        ask(OpenAIResponses, httpserver, body)
    assert type(caught.value) is kind

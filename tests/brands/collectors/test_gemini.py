from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from brands.collector import Question, ReplyStatus
from brands.collectors.gemini import Gemini
from jobs.errors import InvalidReply, NotConfigured, RateLimited, Unauthorized
from tests.brands.collectors.serving import KEY, ask, requests
from tests.contracts.bodies import ANSWER, AURORA, GROUNDING, gemini, gemini_interaction


def with_candidate(**fields: Any) -> dict[str, Any]:
    body = gemini(ANSWER)
    body["candidates"][0] |= fields
    return dict(body)


def error(status: int, *details: dict[str, str]) -> Response:
    import json

    told = {"code": status, "message": "No.", "status": "SOMETHING", "details": list(details)}
    return Response(json.dumps({"error": told}), status, content_type="application/json")


def test_the_request_searches_with_google(httpserver: HTTPServer) -> None:
    reply = ask(Gemini, httpserver, gemini(ANSWER), question=Question("Which machine?", "CH", "de-CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/v1beta/models/gpt-5-mini:generateContent")
    assert request.headers["x-goog-api-key"] == KEY
    sent = request.get_json()
    assert sent["contents"] == [{"parts": [{"text": "Which machine?"}], "role": "user"}]
    assert sent["tools"] == [{"googleSearch": {}}]
    assert (reply.country_honoured, reply.locale_honoured) == (False, False)


def test_a_page_is_cited_where_a_passage_rests_on_it(httpserver: HTTPServer) -> None:
    cited, consulted, _ = ask(Gemini, httpserver, gemini(ANSWER)).citations
    assert (cited.url, cited.cited) == (AURORA, True)
    assert (consulted.url, consulted.cited) == (GROUNDING + "AbC", False)


def test_a_redirect_of_googles_belongs_to_the_domain_in_its_title(httpserver: HTTPServer) -> None:
    pages = ask(Gemini, httpserver, gemini(ANSWER)).citations
    assert [page.domain for page in pages] == ["", "forum.example", ""]


def test_a_card_of_googles_own_is_not_cited(httpserver: HTTPServer) -> None:
    card = ask(Gemini, httpserver, gemini(ANSWER)).citations[2]
    assert (card.title, card.cited) == ("Current time in Bern", False)


def test_an_answer_without_grounding_did_not_search(httpserver: HTTPServer) -> None:
    reply = ask(Gemini, httpserver, with_candidate(groundingMetadata=None))
    assert (reply.status, reply.searched, reply.citations) == (ReplyStatus.ANSWERED, False, ())


def test_each_query_is_charged_from_gemini_3_on_and_each_prompt_before(httpserver: HTTPServer) -> None:
    # 100 tokens at 0.75 and 500 written at 3.75 dollars a million, and two queries at 0.014
    assert ask(Gemini, httpserver, gemini(ANSWER)).cost_usd == Decimal("0.02995")


def test_a_prompt_is_charged_before_gemini_3_however_many_its_queries(httpserver: HTTPServer) -> None:
    body = gemini(ANSWER) | {"modelVersion": "gemini-2.5-pro"}
    # 100 tokens at 1.25 and 500 written at 10 dollars a million, and one prompt at 0.035
    assert ask(Gemini, httpserver, body).cost_usd == Decimal("0.040125")


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII"])
def test_an_answer_that_was_held_back_is_a_refusal(reason: str, httpserver: HTTPServer) -> None:
    reply = ask(Gemini, httpserver, with_candidate(finishReason=reason, content=None))
    assert (reply.status, reply.text) == (ReplyStatus.REFUSED, "")


def test_a_question_that_was_blocked_is_a_refusal(httpserver: HTTPServer) -> None:
    body = {"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "gemini-3.8-flash"}
    assert ask(Gemini, httpserver, body).status is ReplyStatus.REFUSED


def test_an_answer_that_ran_out_of_tokens_while_thinking_is_empty(httpserver: HTTPServer) -> None:
    content = {"parts": [{"text": "Let me think.", "thought": True}]}
    assert ask(Gemini, httpserver, with_candidate(finishReason="MAX_TOKENS", content=content)).text == ""


def test_the_first_candidate_that_says_something_is_the_answer(httpserver: HTTPServer) -> None:
    body = gemini(ANSWER)
    body["candidates"].insert(0, {"finishReason": "OTHER"})
    assert ask(Gemini, httpserver, body).text == ANSWER


def test_no_candidates_at_all_is_an_empty_answer(httpserver: HTTPServer) -> None:
    assert ask(Gemini, httpserver, gemini(ANSWER) | {"candidates": []}).status is ReplyStatus.EMPTY


def test_an_interaction_is_read_too(httpserver: HTTPServer) -> None:
    reply = ask(Gemini, httpserver, gemini_interaction(ANSWER))
    assert (reply.status, reply.text, reply.searched) == (ReplyStatus.ANSWERED, ANSWER, True)
    assert [(page.domain, page.cited) for page in reply.citations] == [("aurora.example", True)]
    assert (reply.model_served, reply.request_id) == ("gemini-3.8-flash", "interaction_8")
    # 100 tokens at 0.75 and 500 written at 3.75 dollars a million, and one query at 0.014
    assert reply.cost_usd == Decimal("0.01595")


@pytest.mark.parametrize("more", [{"status": "in_progress"}, {"steps": None}])
def test_an_interaction_that_is_not_complete_is_no_reply(more: dict[str, Any], httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply):
        ask(Gemini, httpserver, gemini_interaction(ANSWER) | more)


def test_a_wrong_key_is_told_by_its_reason(httpserver: HTTPServer) -> None:
    with pytest.raises(Unauthorized):
        ask(Gemini, httpserver, error(400, {"reason": "API_KEY_INVALID"}))


def test_the_delay_in_the_body_is_kept(httpserver: HTTPServer) -> None:
    with pytest.raises(RateLimited) as caught:
        ask(Gemini, httpserver, error(429, {"@type": "RetryInfo", "retryDelay": "7.5s"}))
    assert caught.value.retry_after == 7.5


def test_a_model_that_can_be_none_is_refused_without_a_request(httpserver: HTTPServer) -> None:
    with pytest.raises(NotConfigured, match="GEMINI_MODEL"):
        ask(Gemini, httpserver, gemini(ANSWER), model="../../files")
    assert requests(httpserver) == []

from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from brands.collector import ReplyStatus
from brands.collectors.openai_compatible import OpenAICompatible
from jobs.errors import InvalidReply, QuotaExhausted, RateLimited, ServiceError
from tests.brands.collectors.serving import KEY, ask, requests
from tests.contracts.bodies import AURORA, FORUM, REVIEW, openai_compatible


def completion(message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "1", "model": "house", "choices": [{"message": message, "finish_reason": "stop"}]} | fields


def test_the_question_is_one_message_of_the_user(httpserver: HTTPServer) -> None:
    ask(OpenAICompatible, httpserver, openai_compatible("Aurora."), model="house-model")
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.get_json() == {
        "model": "house-model",
        "messages": [{"role": "user", "content": "Which coffee machine for a small office?"}],
    }


def test_a_server_without_keys_gets_none_and_any_model(httpserver: HTTPServer) -> None:
    ask(OpenAICompatible, httpserver, openai_compatible("Aurora."), api_key="", model="")
    (request,) = requests(httpserver)
    assert "Authorization" not in request.headers
    assert request.get_json()["model"] == "default"


def test_openrouters_cost_is_a_bill(httpserver: HTTPServer) -> None:
    reply = ask(OpenAICompatible, httpserver, openai_compatible("Aurora."))
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.00012"), "billed")


@pytest.mark.parametrize("cost", [None, "free", -1, True, float("nan"), float("inf"), 10**9, []])
def test_a_cost_that_is_no_amount_is_unknown(cost: Any, httpserver: HTTPServer) -> None:
    reply = ask(OpenAICompatible, httpserver, completion({"content": "Aurora."}, usage={"cost": cost}))
    assert (reply.cost_usd, reply.cost_source) == (None, "")


def test_a_plain_server_does_not_say_whether_it_searched(httpserver: HTTPServer) -> None:
    reply = ask(OpenAICompatible, httpserver, completion({"role": "assistant", "content": "Aurora."}))
    assert (reply.searched, reply.citations) == (None, ())


def test_a_server_that_counts_no_search_did_not_search(httpserver: HTTPServer) -> None:
    body = completion({"content": "Aurora."}, usage={"server_tool_use": {"web_search_requests": 0}})
    assert ask(OpenAICompatible, httpserver, body).searched is False


@pytest.mark.parametrize(
    "fields",
    [
        {"citations": [REVIEW, FORUM]},
        {"citations": [{"url": REVIEW}, {"url": FORUM}, {"title": "no address"}, 7, None]},
        {"search_results": [{"url": REVIEW, "title": "Office machines"}, {"url": FORUM}]},
    ],
)
def test_lists_beside_the_choices_are_citations(fields: dict[str, Any], httpserver: HTTPServer) -> None:
    reply = ask(OpenAICompatible, httpserver, completion({"content": "Aurora."}, **fields))
    assert [page.url for page in reply.citations] == [REVIEW, FORUM]
    assert reply.searched is True


def test_annotations_of_the_message_come_before_lists_beside_it(httpserver: HTTPServer) -> None:
    body = openai_compatible("Aurora.") | {"search_results": [{"url": REVIEW}]}
    reply = ask(OpenAICompatible, httpserver, body)
    assert [page.url for page in reply.citations] == [AURORA]
    assert [(page.url, page.cited) for page in reply.consulted] == [(REVIEW, False)]


def test_content_in_parts_is_one_text(httpserver: HTTPServer) -> None:
    parts = [{"type": "text", "text": "Aurora, "}, {"type": "image"}, {"type": "text", "text": "then Borealis."}]
    assert ask(OpenAICompatible, httpserver, completion({"content": parts})).text == "Aurora, then Borealis."


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        ({"message": {"content": None, "refusal": "I must decline."}}, ReplyStatus.REFUSED),
        ({"message": {"content": ""}, "finish_reason": "content_filter"}, ReplyStatus.REFUSED),
        ({"message": {"content": None, "tool_calls": []}, "finish_reason": "length"}, ReplyStatus.EMPTY),
        ({"message": {"content": "Aurora and"}, "finish_reason": "length"}, ReplyStatus.ANSWERED),
    ],
)
def test_how_a_choice_ended_decides(choice: dict[str, Any], status: ReplyStatus, httpserver: HTTPServer) -> None:
    assert ask(OpenAICompatible, httpserver, {"choices": [choice]}).status is status


def test_no_choice_is_an_empty_reply(httpserver: HTTPServer) -> None:
    assert ask(OpenAICompatible, httpserver, {"choices": []}).status is ReplyStatus.EMPTY


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "Slow down.", "code": 429}}, RateLimited),
        ({"error": {"message": "Pay.", "code": 402}}, QuotaExhausted),
        ({"error": "Broken."}, InvalidReply),
        ({"choices": [{"error": {"message": "Upstream.", "code": 429}, "message": {"content": ""}}]}, RateLimited),
    ],
)
def test_an_error_inside_http_200_is_an_error(body: Any, kind: type[ServiceError], httpserver: HTTPServer) -> None:
    with pytest.raises(ServiceError) as caught:
        ask(OpenAICompatible, httpserver, body)
    assert type(caught.value) is kind

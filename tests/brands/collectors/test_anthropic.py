import time
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from brands.collector import Question, ReplyStatus
from brands.collectors.anthropic import MAX_PARTS, Anthropic
from jobs.errors import InvalidReply, QuotaExhausted, RateLimited, ServiceError, Unavailable
from tests.brands.collectors.serving import ask, made, requests
from tests.contracts.bodies import ANSWER, AURORA, REVIEW, anthropic


def paused(**more: Any) -> dict[str, Any]:
    call = {"type": "server_tool_use", "id": "srv_0", "name": "web_search", "input": {"query": "machines"}}
    said = {"type": "text", "text": "Let me look. "}
    return anthropic("") | {"stop_reason": "pause_turn", "content": [said, call]} | more


def with_content(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return anthropic("") | {"content": list(blocks)} | more


def test_the_request_searches_the_web_from_the_questions_country(httpserver: HTTPServer) -> None:
    reply = ask(Anthropic, httpserver, anthropic(ANSWER), question=Question("Which machine?", "CH", "de-CH"))
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/v1/messages")
    location = {"type": "approximate", "country": "CH"}
    assert request.get_json() == {
        "model": "gpt-5-mini",
        "max_tokens": 8192,
        "messages": [{"role": "user", "content": "Which machine?"}],
        "tools": [{"type": "web_search_20250305", "name": "web_search", "user_location": location}],
    }
    assert (reply.country_honoured, reply.locale_honoured) == (True, False)


def test_cited_and_consulted_pages_are_kept_apart_and_documents_are_no_pages(httpserver: HTTPServer) -> None:
    reply = ask(Anthropic, httpserver, anthropic(ANSWER))
    assert [(page.url, page.cited) for page in reply.citations] == [(AURORA, True)]
    assert [(page.url, page.cited) for page in reply.consulted] == [(REVIEW, False)]


def test_thoughts_are_no_part_of_the_answer(httpserver: HTTPServer) -> None:
    assert ask(Anthropic, httpserver, anthropic(ANSWER)).text == ANSWER


def test_a_page_that_was_fetched_is_consulted(httpserver: HTTPServer) -> None:
    page = {"type": "web_fetch_result", "url": REVIEW, "content": {"title": "Office machines"}}
    fetched = {"type": "web_fetch_tool_result", "content": page}
    failed = {"type": "web_fetch_tool_result", "content": {"type": "web_fetch_tool_result_error", "error_code": "x"}}
    reply = ask(Anthropic, httpserver, with_content(fetched, failed, {"type": "text", "text": ANSWER}))
    assert [page.url for page in reply.consulted] == [REVIEW]


def test_tokens_and_searches_make_the_estimate(httpserver: HTTPServer) -> None:
    reply = ask(Anthropic, httpserver, anthropic(ANSWER))
    # 9,000 fresh tokens at 3, 2,000 cached at 0.30 and 500 written at 15 dollars a million, and one search at 0.01
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.0451"), "estimated")


def test_a_turn_that_pauses_is_gone_on_with_what_was_said(httpserver: HTTPServer) -> None:
    reply = ask(Anthropic, httpserver, paused(), paused(), anthropic(ANSWER))
    assert reply.text == f"Let me look. Let me look. {ANSWER}"
    assert reply.cost_usd == Decimal("0.0451") * 3
    first, second, third = [request.get_json()["messages"] for request in requests(httpserver)]
    assert len(first) == 1
    assert second == [*first, {"role": "assistant", "content": paused()["content"]}]
    assert third == [*first, {"role": "assistant", "content": paused()["content"] * 2}]


def test_all_parts_of_a_turn_are_kept_as_they_came(httpserver: HTTPServer) -> None:
    reply = ask(Anthropic, httpserver, paused(), anthropic(ANSWER))
    one, two = reply.raw.split(b"\n")
    assert b"pause_turn" in one
    assert b"end_turn" in two


def test_a_turn_that_never_ends_is_given_up_with_what_came(httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply, match="paused") as caught:
        ask(Anthropic, httpserver, paused())
    assert len(requests(httpserver)) == MAX_PARTS
    assert caught.value.raw.count(b"pause_turn") == MAX_PARTS


def test_all_parts_of_a_turn_share_one_deadline(httpserver: HTTPServer) -> None:
    asked: list[float] = []

    def slowly(_: Any) -> Response:
        asked.append(time.monotonic())
        time.sleep(0.3)
        return Response('{"content": [], "stop_reason": "pause_turn"}', content_type="application/json")

    httpserver.expect_request("/v1/v1/messages").respond_with_handler(slowly)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        made(Anthropic, httpserver, timeout=1).ask(Question("q"))
    assert time.monotonic() - started < 3
    assert 1 <= len(asked) <= 4


def test_a_lone_surrogate_does_not_stop_a_turn(httpserver: HTTPServer) -> None:
    body = paused(content=[{"type": "text", "text": "Odd: \ud800."}])
    assert ask(Anthropic, httpserver, body, anthropic(ANSWER)).text == f"Odd: \ufffd.{ANSWER}"


def test_searches_that_all_fail_are_no_search(httpserver: HTTPServer) -> None:
    error = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    failed = {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": error}
    body = with_content(failed, {"type": "text", "text": ANSWER}, usage={"input_tokens": 5, "output_tokens": 5})
    reply = ask(Anthropic, httpserver, body)
    assert (reply.status, reply.searched) == (ReplyStatus.ANSWERED, False)


@pytest.mark.parametrize("text", ["", "I would rather not talk about this."])
def test_a_refusal_is_told_by_its_stop_reason(text: str, httpserver: HTTPServer) -> None:
    body = with_content({"type": "text", "text": text}, stop_reason="refusal")
    assert ask(Anthropic, httpserver, body).status is ReplyStatus.REFUSED


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, Unavailable),
        ({"type": "rate_limit_error", "message": "Slow down"}, RateLimited),
        ({"type": "of_tomorrow", "message": "?"}, InvalidReply),
    ],
)
def test_an_error_inside_a_success_is_an_error(
    error: dict[str, str], kind: type[ServiceError], httpserver: HTTPServer
) -> None:
    with pytest.raises(kind):
        ask(Anthropic, httpserver, {"type": "error", "error": error})


def test_an_account_without_credit_is_empty_not_wrong(httpserver: HTTPServer) -> None:
    said = (
        '{"type": "error", "error": {"type": "invalid_request_error",'
        ' "message": "Your credit balance is too low to access the API."}}'
    )
    with pytest.raises(QuotaExhausted):
        ask(Anthropic, httpserver, Response(said, 400, content_type="application/json"))

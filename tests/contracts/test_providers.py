"""What every provider must do, whatever its wire shape. One that is registered is tested; its replies need a body in
`bodies.py`."""

import json
import re
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.collector import Provider, ProviderConfig, Question, Reply, ReplyStatus, providers
from jobs.errors import (
    InvalidReply,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)
from tests.contracts.bodies import ANSWER, AURORA, REPLIES, steps

KEY = "sk-canary-4f1d2c9b"
QUESTION = Question("Which coffee machine for a small office?", "CH", "de-CH")
EVERY = [pytest.param(cls, id="/".join(key)) for key, cls in providers.items()]
WITH_BODIES = [pytest.param(cls, id="/".join(key)) for key, cls in providers.items() if key in REPLIES]
Kind = type[Provider]


def ask(cls: Kind, base_url: str, timeout: float = 5) -> Reply:
    return cls(ProviderConfig(KEY, base_url, "gpt-5-mini", timeout=timeout, poll_interval=0.01)).ask(QUESTION)


def serve(server: HTTPServer, respond: Callable[[Request], Response]) -> None:
    server.expect_request(re.compile(".*")).respond_with_handler(respond)


def serve_reply(server: HTTPServer, reply: str | bytes, content_type: str = "application/json") -> None:
    """The reply where the provider expects it, after the steps that lead there."""

    def respond(request: Request) -> Response:
        sent = steps(request.path, "")
        return json_response(sent) if sent else Response(reply, content_type=content_type)

    serve(server, respond)


def json_response(body: str, status: int = 200, **headers: str) -> Response:
    return Response(body, status, headers, content_type="application/json")


def failure(cls: Kind, base_url: str, timeout: float = 5) -> ServiceError:
    """The error that asking ends in, with everything that is ever printed of it free of the key."""
    with pytest.raises(ServiceError) as caught:
        ask(cls, base_url, timeout)
    printed = "".join(traceback.format_exception(caught.value))
    assert KEY not in printed + str(caught.value) + repr(caught.value)
    return caught.value


def test_every_provider_of_the_project_has_a_body() -> None:
    ours = {key for key, cls in providers.items() if cls.__module__.startswith("brands.")}
    assert ours == set(REPLIES)


@pytest.mark.parametrize("prefix", ["/", "/behind/a/proxy"])
@pytest.mark.parametrize("cls", WITH_BODIES)
def test_an_answer_is_read(cls: Kind, prefix: str, httpserver: HTTPServer) -> None:
    body = json.dumps(REPLIES[cls.collector, cls.name](ANSWER))
    serve_reply(httpserver, body)
    reply = ask(cls, httpserver.url_for(prefix).rstrip("/"))
    assert (reply.status, reply.text) == (ReplyStatus.ANSWERED, ANSWER)
    assert reply.citations[0].url == AURORA
    assert reply.citations[0].title == "Aurora Office"
    assert reply.citations[0].cited
    assert reply.searched is True
    assert reply.request_id
    assert reply.raw == body.encode()
    assert reply.cost_usd is not None
    assert reply.cost_source in ("billed", "estimated")
    assert reply.country_honoured is not None
    assert reply.locale_honoured is not None
    assert all(request.path.startswith(prefix) for request, _ in httpserver.log)


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_an_answer_may_have_searched_and_cite_nothing(cls: Kind, httpserver: HTTPServer) -> None:
    serve_reply(httpserver, json.dumps(REPLIES[cls.collector, cls.name](ANSWER, cited=False)))
    reply = ask(cls, httpserver.url_for(""))
    assert (reply.status, reply.text, reply.citations) == (ReplyStatus.ANSWERED, ANSWER, ())
    assert not any(page.cited for page in reply.consulted)
    # A model of your own has no word for it; whoever says something, says yes.
    assert reply.searched is (None if cls.collector == "local" else True)


@pytest.mark.parametrize("text", ["", "  \n", "No response", "No content available", "Error extracting content."])
@pytest.mark.parametrize("cls", WITH_BODIES)
def test_a_placeholder_sentence_is_not_an_answer(cls: Kind, text: str, httpserver: HTTPServer) -> None:
    serve_reply(httpserver, json.dumps(REPLIES[cls.collector, cls.name](text)))
    assert ask(cls, httpserver.url_for("")).status is ReplyStatus.EMPTY


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_a_refusal_is_not_an_answer(cls: Kind, httpserver: HTTPServer) -> None:
    serve_reply(httpserver, json.dumps(REPLIES[cls.collector, cls.name]("I'm sorry, but I can't help with that.")))
    assert ask(cls, httpserver.url_for("")).status is ReplyStatus.REFUSED


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_what_a_database_refuses_is_replaced(cls: Kind, httpserver: HTTPServer) -> None:
    body = json.dumps(REPLIES[cls.collector, cls.name]("Aurora\0 and \ud800Borealis")).replace(
        "Aurora Office", "Aurora\\u0000\\udfff"
    )
    serve_reply(httpserver, body)
    reply = ask(cls, httpserver.url_for(""))
    assert reply.text == "Aurora\ufffd and \ufffdBorealis"
    assert reply.citations[0].title == "Aurora\ufffd\ufffd"


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_one_broken_byte_does_not_lose_a_paid_answer(cls: Kind, httpserver: HTTPServer) -> None:
    serve_reply(
        httpserver, json.dumps(REPLIES[cls.collector, cls.name](ANSWER)).encode().replace(b"louder", b"lou\xffer")
    )
    assert "lou\ufffder" in ask(cls, httpserver.url_for("")).text


STATUSES: list[tuple[int, type[ServiceError]]] = [
    (400, InvalidRequest),
    (401, Unauthorized),
    (402, QuotaExhausted),
    (403, Unauthorized),
    (404, InvalidRequest),
    (429, RateLimited),
    (500, Unavailable),
    (503, Unavailable),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
@pytest.mark.parametrize("cls", EVERY)
def test_a_status_becomes_a_typed_error(
    cls: Kind, status: int, kind: type[ServiceError], httpserver: HTTPServer
) -> None:
    body = json.dumps({"error": {"message": f"The key {KEY} is not good enough.", "type": "t", "code": "c"}})
    serve(httpserver, lambda _: json_response(body, status))
    error = failure(cls, httpserver.url_for(""))
    assert type(error) is kind
    assert error.status_code == status
    assert error.raw == body.replace(KEY, "***").encode()
    assert "is not good enough" in str(error)
    assert len(httpserver.log) == 1, "the SDK must not retry"


@pytest.mark.parametrize("cls", EVERY)
def test_an_empty_account_is_not_a_busy_service(cls: Kind, httpserver: HTTPServer) -> None:
    serve(httpserver, lambda _: json_response('{"error": {"message": "Pay.", "code": "insufficient_quota"}}', 429))
    assert type(failure(cls, httpserver.url_for(""))) is QuotaExhausted


IN_AN_HOUR = "in an hour"  # written out when the test runs, which may be long after this file is read


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        (IN_AN_HOUR, 3590, 3600),
        ("99999999999", 86400, 86400),
        ("-5", 0, 0),
        ("soon", None, None),
    ],
    ids=["seconds", "date", "absurd", "negative", "words"],
)
@pytest.mark.parametrize("cls", EVERY)
def test_retry_after_is_read(
    cls: Kind, header: str, least: float | None, most: float | None, httpserver: HTTPServer
) -> None:
    if header == IN_AN_HOUR:
        header = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    serve(httpserver, lambda _: json_response('{"error": "slow down"}', 429, **{"Retry-After": header}))
    wait = failure(cls, httpserver.url_for("")).retry_after
    assert wait is None if least is None or most is None else least <= (wait or 0) <= most


NOT_REPLIES: dict[str, tuple[str, str]] = {
    "html": ("<html><h1>Hello</h1></html>", "text/html"),
    "html that calls itself json": ("<html><h1>Hello</h1></html>", "application/json"),
    "json that calls itself html": ("{}", "text/html; charset=utf-8"),
    "an image": ("\x89PNG", "image/png"),
    "nothing": ("", "application/json"),
    "half a json": ('{"id": "1", "output": [{"type": "mess', "application/json"),
    "a list": ('["surprise"]', "application/json"),
    "a string": ('"surprise"', "application/json"),
    "null": ("null", "application/json"),
    "a number": ("7", "application/json"),
    "an empty object": ("{}", "application/json"),
    "nested beyond reason": ("[" * 100_000, "application/json"),
    "endless digits": ('{"output": ' + "9" * 5000 + "}", "application/json"),
}


@pytest.mark.parametrize("what", NOT_REPLIES)
@pytest.mark.parametrize("cls", EVERY)
def test_what_is_no_reply_is_an_invalid_reply(cls: Kind, what: str, httpserver: HTTPServer) -> None:
    body, content_type = NOT_REPLIES[what]
    serve_reply(httpserver, body, content_type)
    error = failure(cls, httpserver.url_for(""))
    assert type(error) is InvalidReply
    assert error.raw == body.encode()


def spoilt(body: Any) -> Iterator[Any]:
    """The body with each of its parts replaced in turn by what does not belong there."""
    if isinstance(body, dict | list):
        for place, part in list(body.items() if isinstance(body, dict) else enumerate(body)):
            for wrong in (None, "a string", 7, [], {}, [None, 1, "x", [], {}]):
                body[place] = wrong
                yield body
            body[place] = part
            yield from ((body) for _ in spoilt(part))


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_any_wrong_part_ends_in_a_reply_or_a_typed_error(cls: Kind, httpserver: HTTPServer) -> None:
    body = REPLIES[cls.collector, cls.name](ANSWER)
    sent = {"now": ""}
    serve(
        httpserver,
        lambda request: json_response(steps(request.path, sent["now"])),
    )
    outcomes = set()
    for wrong in spoilt(body):
        sent["now"] = json.dumps(wrong)
        try:
            reply = ask(cls, httpserver.url_for(""))
        except ServiceError as error:
            outcomes.add(type(error))
        else:
            assert isinstance(reply.text, str)
            assert all(isinstance(page.url, str) and page.url for page in (*reply.citations, *reply.consulted))
            outcomes.add(type(reply))
    assert {Reply, InvalidReply} <= outcomes


@pytest.mark.parametrize("cls", EVERY)
def test_a_redirect_is_not_followed(cls: Kind, httpserver: HTTPServer) -> None:
    serve(httpserver, lambda _: Response("", 302, {"Location": httpserver.url_for("/elsewhere")}))
    assert type(failure(cls, httpserver.url_for(""))) is InvalidReply
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("cls", EVERY)
def test_a_service_that_is_not_there_is_unavailable(cls: Kind) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert type(failure(cls, f"http://127.0.0.1:{taken.getsockname()[1]}")) is Unavailable


@pytest.mark.parametrize("cls", EVERY)
def test_a_service_that_hangs_is_given_up_in_time(cls: Kind, httpserver: HTTPServer) -> None:
    release = Event()

    def hang(_: Request) -> Response:
        release.wait(5)
        return Response("")

    serve(httpserver, hang)
    started = time.monotonic()
    try:
        error = failure(cls, httpserver.url_for(""), timeout=0.2)
    finally:
        release.set()
    assert type(error) is Unavailable
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("cls", EVERY)
def test_a_body_that_drips_is_given_up_in_time(cls: Kind, httpserver: HTTPServer) -> None:
    release = Event()

    def drip() -> Iterator[bytes]:
        while not release.wait(0.05):
            yield b" "

    serve(httpserver, lambda _: Response(drip(), content_type="application/json"))
    started = time.monotonic()
    try:
        error = failure(cls, httpserver.url_for(""), timeout=0.3)
    finally:
        release.set()
    assert type(error) is Unavailable
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("cls", EVERY)
def test_the_key_is_in_no_representation(cls: Kind) -> None:
    made = cls(ProviderConfig(KEY, "http://127.0.0.1:9"))
    assert KEY not in repr(made) + repr(made.config)

"""However much or little a provider's server sends, a call ends in time and within its memory."""

import gzip
import json
import time
import tracemalloc
from collections.abc import Callable
from functools import cache

import anthropic  # noqa: F401  (these take seconds and memory when they are first asked)
import google.genai  # noqa: F401
import openai  # noqa: F401
import perplexity  # noqa: F401
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import brands.collectors._httpx2
import brands.collectors._serpapi_client  # noqa: F401
from brands.collector import Reply, ReplyStatus
from jobs.errors import InvalidReply, ServiceError, Unavailable
from jobs.http import MAX_BODY_BYTES
from tests.contracts.bodies import REPLIES, steps
from tests.contracts.test_providers import EVERY, WITH_BODIES, Kind, ask, json_response, serve, serve_reply

MB = 1024 * 1024
BIG = ("Aurora is a machine. " * (10 * MB // 21)).strip()


def bounded(call: Callable[[], Reply], *, seconds: float, megabytes: float) -> Reply | ServiceError:
    """What the call ends in; fails where it takes longer or holds more memory at any moment."""
    tracemalloc.start()
    started = time.monotonic()
    ended: Reply | ServiceError
    try:
        ended = call()
    except ServiceError as error:
        ended = error
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - started < seconds
    assert peak < megabytes * MB
    return ended


@pytest.mark.parametrize("cls", WITH_BODIES)
def test_ten_megabytes_of_answer_are_read(cls: Kind, httpserver: HTTPServer) -> None:
    body = json.dumps(REPLIES[cls.collector, cls.name](BIG)).encode()
    serve_reply(httpserver, body)
    reply = bounded(lambda: ask(cls, httpserver.url_for(""), timeout=20), seconds=20, megabytes=8 * len(body) / MB)
    assert isinstance(reply, Reply)
    assert (reply.status, len(reply.text)) == (ReplyStatus.ANSWERED, len(BIG))
    assert reply.raw == body


@cache
def bomb() -> bytes:
    """256 MB of blanks in 256 kB."""
    return gzip.compress(b" " * 256 * MB, 1)


@pytest.mark.parametrize("cls", EVERY)
def test_a_gzip_bomb_is_not_unpacked(cls: Kind, httpserver: HTTPServer) -> None:
    sent = Response(bomb(), 200, {"Content-Encoding": "gzip"}, content_type="application/json")
    serve(httpserver, lambda _: sent)
    ended = bounded(lambda: ask(cls, httpserver.url_for(""), timeout=20), seconds=20, megabytes=4 * MAX_BODY_BYTES / MB)
    assert type(ended) is InvalidReply
    assert "more than" in str(ended)


@pytest.mark.parametrize("cls", EVERY)
def test_a_body_that_breaks_off_may_come_whole_the_next_time(cls: Kind, httpserver: HTTPServer) -> None:
    """The server says how long the body is and goes away in the middle of it."""

    def respond(request: Request) -> Response:
        sent = steps(request.path, "")
        cut = Response(iter([b'{"id": "1", "output": [{"type": "mess']), 200, {"Content-Length": "5000"})
        return json_response(sent) if "/trigger" in request.path else cut

    serve(httpserver, respond)
    ended = bounded(lambda: ask(cls, httpserver.url_for(""), timeout=0.5), seconds=3, megabytes=16)
    assert isinstance(ended, Unavailable)
    assert ended.retryable


@pytest.mark.parametrize("cls", EVERY)
def test_headers_without_end_are_refused(cls: Kind, httpserver: HTTPServer) -> None:
    serve(httpserver, lambda _: Response("{}", 200, {f"X-{n}": "x" * 1000 for n in range(200)}))
    ended = bounded(lambda: ask(cls, httpserver.url_for(""), timeout=2), seconds=4, megabytes=16)
    assert isinstance(ended, ServiceError)

import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from werkzeug import Response

from jobs import errors
from jobs.http import error_for_status, fetch, parse_retry_after, redact

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("-5", 0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("99999999999", 86400),
        ("inf", 86400),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_seconds_as_a_date_or_absurd(header, seconds):
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, errors.InvalidRequest, False),
        (401, errors.Unauthorized, False),
        (402, errors.QuotaExhausted, False),
        (403, errors.Unauthorized, False),
        (404, errors.InvalidRequest, False),
        (408, errors.Unavailable, True),
        (429, errors.RateLimited, True),
        (500, errors.Unavailable, True),
        (503, errors.Unavailable, True),
        (302, errors.InvalidReply, False),
    ],
)
def test_a_status_code_has_its_error(status, kind, retryable):
    error = error_for_status("acme", status, "no", headers={"retry-after": "3"})
    assert type(error) is kind
    assert error.retryable is retryable
    assert error.retry_after == 3
    assert str(status) in str(error)


def test_a_body_can_say_more_than_the_status():
    assert type(error_for_status("acme", 400, "no", bad_key=True)) is errors.Unauthorized
    assert type(error_for_status("acme", 400, "no", quota=True)) is errors.QuotaExhausted


def test_the_header_goes_before_the_seconds_in_the_body():
    assert error_for_status("acme", 429, "no", retry_after=7).retry_after == 7
    assert error_for_status("acme", 429, "no", headers={"retry-after": "3"}, retry_after=7).retry_after == 3


def test_an_error_never_holds_the_key():
    error = error_for_status("acme", 401, "Your key sk-secret is wrong", secrets=["sk-secret"])
    assert "sk-secret" not in str(error)
    assert "***" in str(error)


def test_what_a_service_said_is_one_line_that_can_be_stored():
    error = error_for_status("acme", 500, "a\r\nb\x00c\ud800 \x1b[31m" + "x" * 1000)
    assert "It said: a b\ufffdc\ufffd \ufffd[31mxxx" in str(error)
    assert len(str(error)) < 500


def test_nothing_to_redact_changes_nothing():
    assert redact("abc", [""]) == "abc"


def test_a_slow_body_ends_at_the_deadline(httpserver):
    def drip(_):
        def body():
            for _ in range(100):
                time.sleep(0.05)
                yield b"x"

        return Response(body())

    httpserver.expect_request("/").respond_with_handler(drip)
    started = time.monotonic()
    with pytest.raises(errors.Unavailable, match=r"longer than 0\.3 seconds"):
        fetch("acme", "GET", httpserver.url_for("/"), timeout=0.3)
    assert time.monotonic() - started < 2


def test_a_body_beyond_the_limit_is_refused(httpserver):
    httpserver.expect_request("/").respond_with_data(b"x" * 5000)
    with pytest.raises(errors.InvalidReply, match="more than 1000 bytes"):
        fetch("acme", "GET", httpserver.url_for("/"), timeout=5, max_bytes=1000)


def test_a_redirect_is_not_followed(httpserver):
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/elsewhere"})
    assert fetch("acme", "GET", httpserver.url_for("/"), timeout=5).status_code == 302


def test_no_connection_is_told_without_the_address():
    with pytest.raises(errors.Unavailable, match="acme did not answer"):
        fetch("acme", "GET", "http://127.0.0.1:9/?key=secret", timeout=1)


@pytest.mark.parametrize(("status", "unsure"), [(500, False), (503, False), (429, False), (504, True), (524, True)])
def test_a_gateway_that_gave_up_does_not_know_what_the_service_did(status, unsure):
    assert error_for_status("acme", status, "no").is_ambiguous is unsure


def hang_up_early(server):
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def test_a_request_that_left_and_got_no_whole_reply_may_have_been_done():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up_early, args=(server,))
        thread.start()
        with pytest.raises(errors.Unavailable) as caught:
            fetch("acme", "GET", f"http://127.0.0.1:{server.getsockname()[1]}", timeout=5)
        thread.join()
    assert caught.value.is_ambiguous
    with pytest.raises(errors.Unavailable) as caught:
        fetch("acme", "GET", "http://127.0.0.1:9/", timeout=2)
    assert not caught.value.is_ambiguous

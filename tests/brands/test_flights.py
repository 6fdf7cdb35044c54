"""Calls in the air: what flies, what is kept first, and what comes back."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands import journal
from brands.collector import ProviderConfig
from brands.collectors._exchange import exchange
from brands.flights import Arrived, Flight, Flights, NothingStored
from jobs.errors import RateLimited, Unavailable

KEY = "sk-canary-93d1"
CONFIG = ProviderConfig(api_key=KEY, timeout=5)


def get(url: str, timeout: float | None = None) -> httpx.Response:
    return exchange("acme", CONFIG, "GET", url, timeout=timeout)


def flown(*works: Callable[[], Any], **options: Any) -> list[Flight[int]]:
    """All flights, in order, when they have landed."""
    landed = []
    with Flights[int]() as flights:
        for number, work in enumerate(works):
            flights.launch(Flight(**{"cargo": number, "work": work, "seconds": 5.0, **options}))
        while flights.flying:
            for event in flights.events(1):
                if isinstance(event, Arrived):
                    flights.kept(event)
                else:
                    landed.append(event)
    return sorted(landed, key=lambda flight: flight.cargo)


@pytest.mark.parametrize("is_cooperative", [True, False])
def test_many_calls_wait_at_the_same_time(is_cooperative: bool) -> None:
    def slowly(_: Request) -> Response:
        time.sleep(0.3)
        return Response("{}")

    with HTTPServer(threaded=True) as server:
        server.expect_request("/slow").respond_with_handler(slowly)
        url = server.url_for("/slow")
        started = time.monotonic()
        landed = flown(*[lambda: get(url).status_code] * 20, is_cooperative=is_cooperative)
    assert [flight.result for flight in landed] == [200] * 20
    assert time.monotonic() - started < 20 * 0.3 / 2


def test_calls_that_cooperate_share_one_thread(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("{}")
    url, threads = httpserver.url_for("/"), set()

    def work() -> None:
        get(url)
        threads.add(threading.get_ident())

    flown(*[work] * 10)
    assert len(threads) == 1


def test_a_response_is_read_only_when_it_is_kept_and_never_holds_the_key(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(f"I know {KEY}", content_type="text/plain")
    url, seen = httpserver.url_for("/"), []
    with Flights[str]() as flights:
        flights.launch(Flight(cargo="a", work=lambda: seen.append(get(url).text), seconds=5))
        (arrived,) = flights.events(5)
        assert isinstance(arrived, Arrived)
        assert seen == []
        assert [response.content for response in arrived.flight.responses] == [b"I know ***"]
        flights.kept(arrived)
        (landed,) = flights.events(5)
    assert isinstance(landed, Flight)
    assert len(seen) == 1


def test_a_typed_error_arrives_as_it_was_raised(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("{}", status=429, headers={"Retry-After": "7"})
    error = flown(lambda: get(httpserver.url_for("/")))[0].error
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7


def test_what_a_provider_raises_besides_is_handed_over_too() -> None:
    error = flown(lambda: {}["nothing"])[0].error
    assert isinstance(error, KeyError)


@pytest.mark.parametrize("is_cooperative", [True, False])
def test_a_call_leaves_at_its_moment_and_its_later_requests_wait_for_none(
    httpserver: HTTPServer, is_cooperative: bool
) -> None:
    httpserver.expect_request("/").respond_with_data("{}")
    url, waits = httpserver.url_for("/"), iter([0.2, 0.2, 0.0])
    moments: list[float] = []

    def work() -> None:
        for _ in range(2):
            get(url)
            moments.append(time.monotonic())

    started = time.monotonic()
    assert flown(work, is_cooperative=is_cooperative, wait=lambda: next(waits), seconds=0.3)[0].error is None
    assert moments[0] - started > 0.4, "and its deadline counts from there"


def test_one_deadline_holds_for_all_requests_of_a_call(httpserver: HTTPServer) -> None:
    def slowly(_: Request) -> Response:
        time.sleep(0.2)
        return Response("{}")

    httpserver.expect_request("/slow").respond_with_handler(slowly)
    url = httpserver.url_for("/slow")
    started = time.monotonic()
    error = flown(lambda: [get(url) for _ in range(20)], seconds=0.5)[0].error
    assert isinstance(error, Unavailable)
    assert error.is_ambiguous
    assert time.monotonic() - started < 2


def test_a_connection_that_never_was_is_not_ambiguous() -> None:
    error = flown(lambda: get("http://127.0.0.1:9/"))[0].error
    assert isinstance(error, Unavailable)
    assert not error.is_ambiguous


def test_what_is_stored_is_read_again_and_nothing_is_sent(httpserver: HTTPServer) -> None:
    stored = [journal.Response(200, {"content-type": "text/plain"}, b"one"), journal.Response(200, {}, b"two")]
    stored = list(journal.read(journal.write(stored)))
    url = httpserver.url_for("/")
    both, too_many = flown(lambda: [get(url).text, get(url).text], lambda: [get(url) for _ in range(3)], stored=stored)
    assert both.result == ["one", "two"]
    assert isinstance(too_many.error, NothingStored)
    assert httpserver.log == []


def test_leaving_ends_what_still_flies(httpserver: HTTPServer) -> None:
    release = threading.Event()

    def hang(_: Request) -> Response:
        release.wait(5)
        return Response("")

    httpserver.expect_request("/").respond_with_handler(hang)
    url = httpserver.url_for("/")
    started = time.monotonic()
    with Flights[int]() as flights:
        flights.launch(Flight(cargo=1, work=lambda: get(url), seconds=30))
        time.sleep(0.1)
    assert time.monotonic() - started < 3
    release.set()

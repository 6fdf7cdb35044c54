"""No connection is even attempted to an address that is not of the public internet."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from jobs.errors import AddressRefused, InvalidReply, ServiceError, Unavailable
from jobs.guard import checked_url, guarded_client, is_internal
from jobs.http import fetch_async, trusted
from tests.jobs.tls import certificate

INTERNAL = ["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
internal = st.sampled_from(INTERNAL).flatmap(lambda net: st.ip_addresses(network=ip_network(net)))


def get(url: str, resolve=None, **request) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with guarded_client(resolve) if resolve else guarded_client() as client:
            return await fetch_async(client, "status page", "GET", url, timeout=5, **request)

    return asyncio.run(ask())


def answering(*answers: list[str]):
    """A resolver that says something else each time, and how often it was asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine on all its addresses, and who connected."""
    came: list[str] = []
    with socket.create_server(("0.0.0.0", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append(connection.getsockname()[0])
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], came
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def notations(address: IPv4Address) -> list[str]:
    a, b, c, d = address.packed
    number = int(address)
    return [
        str(address),
        f"0x{number:08x}",
        str(number),
        f"0{number:o}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.{b}.{(c << 8) + d}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0x{a:x}.0x{b:x}.{c}.{d}",
        f"[::ffff:{address}]",
        f"[::{address}]",
        f"[64:ff9b::{address}]",
        f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
    ]


@given(internal, st.sampled_from(range(12)), st.sampled_from(["http", "https"]))
def test_an_internal_address_is_refused_in_every_notation(address, place, scheme):
    with pytest.raises((AddressRefused, InvalidReply)):
        checked_url("status page", f"{scheme}://{notations(address)[place]}:8080/x")


@given(st.ip_addresses(v=4))
def test_what_is_internal_is_what_the_registries_say(address):
    assert is_internal(address) == (not address.is_global or address.is_multicast or address.is_reserved)
    assert is_internal(IPv6Address(f"::ffff:{address}")) == is_internal(address)


@pytest.mark.parametrize(
    "text", ["::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "100.100.100.200"]
)
def test_other_internal_addresses_are_internal_too(text):
    assert is_internal(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_addresses_of_the_internet_are_not_internal(text):
    assert not is_internal(ip_address(text))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "0x7f000001", "2130706433", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0"],
)
def test_no_connection_is_attempted_whatever_the_host_is_written_as(host, listener):
    port, came = listener
    with pytest.raises((AddressRefused, InvalidReply), match=r"INTERNAL_HOSTS|Invalid IPv4"):
        get(f"http://{host}:{port}/")
    assert came == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x.example/", "ftp://x.example", "//x.example", "x", ""]
)
def test_other_schemes_are_refused(url):
    with pytest.raises(AddressRefused, match="http"):
        checked_url("status page", url)


def test_a_password_in_the_address_is_refused():
    with pytest.raises(AddressRefused, match="password"):
        checked_url("status page", "https://user:secret@x.example/")


@given(st.text())
def test_any_text_is_an_address_or_refused_in_a_sentence(text):
    with contextlib.suppress(AddressRefused, InvalidReply):
        assert checked_url("status page", text).scheme in ("http", "https")


def test_a_name_with_one_internal_address_among_others_is_refused(listener):
    port, came = listener
    resolve, _ = answering(["93.184.215.14", "127.0.0.1"])
    with pytest.raises(AddressRefused):
        get(f"http://rebind.example:{port}/", resolve)
    assert came == []


def test_a_name_that_means_something_else_a_moment_later_is_connected_to_where_it_was_checked(listener, settings):
    port, came = listener
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    resolve, asked = answering(["127.0.0.1"], ["127.0.0.2"])
    with pytest.raises(Unavailable):  # the listener says nothing
        get(f"http://rebind.example:{port}/", resolve)
    assert (came, len(asked)) == (["127.0.0.1"], 1)
    with pytest.raises(AddressRefused):  # resolved anew for a new request, and checked anew
        get(f"http://rebind.example:{port}/", resolve)
    assert came == ["127.0.0.1"]


def test_redirects_are_not_followed(httpserver: HTTPServer, listener, settings):
    port, came = listener
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": f"http://127.0.0.2:{port}/"})
    assert get(httpserver.url_for("/")).status_code == 302
    assert came == []


@pytest.mark.parametrize("entry", ["127.0.0.0/8", "127.0.0.1", "localhost", "LocalHost."])
def test_what_the_setting_names_may_be_reached(entry, httpserver: HTTPServer, settings):
    settings.INTERNAL_HOSTS = [entry]
    httpserver.expect_request("/").respond_with_data("here")
    host = "localhost" if entry.lower().startswith("local") else "127.0.0.1"
    resolve, _ = answering(["127.0.0.1"])
    assert get(f"http://{host}:{httpserver.port}/", resolve).text == "here"


def test_a_host_that_may_be_internal_may_not_be_the_clouds_metadata(settings):
    settings.INTERNAL_HOSTS = ["crm.local"]
    resolve, _ = answering(["169.254.169.254"])
    with pytest.raises(AddressRefused):
        get("http://crm.local/", resolve)


def test_a_name_that_nobody_knows_is_unreachable():
    async def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(Unavailable, match="not known"):
        get("http://nowhere.example/", resolve)


def test_a_proxy_of_the_environment_is_not_used(listener, monkeypatch, settings):
    port, came = listener
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    resolve, asked = answering(["127.0.0.1"])
    with pytest.raises(AddressRefused):
        get("http://x.example/", resolve)
    assert (came, asked) == ([], ["x.example"])


def test_tls_is_verified_for_the_name_and_not_for_the_address(tmp_path, settings, monkeypatch):
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    authority, server_context = certificate(tmp_path, "right.example")
    with HTTPServer(ssl_context=server_context) as server:
        server.expect_request("/").respond_with_data("here")
        resolve, _ = answering(["127.0.0.1"])
        with pytest.raises(Unavailable, match=r"(?i)certificate"):  # the system does not know who signed it
            get(f"https://right.example:{server.port}/", resolve)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        trusted.cache_clear()
        try:
            assert get(f"https://right.example:{server.port}/", resolve).text == "here"
            with pytest.raises(Unavailable, match=r"(?i)certificate|hostname"):
                get(f"https://wrong.example:{server.port}/", resolve)
        finally:
            trusted.cache_clear()


def test_a_refusal_is_an_error_that_trying_again_does_not_mend():
    assert issubclass(AddressRefused, ServiceError)
    assert not AddressRefused.retryable

"""The guard against requests to internal addresses: for every URL that a user of the site may choose.

A name is resolved once, all that it stands for is checked, and the connection goes to an address that was checked, so a
name that means something else a moment later gains nothing. TLS is verified for the name all the same. Redirects are
not followed. What may be reached although it is internal is in the setting INTERNAL_HOSTS.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
import httpx
from django.conf import settings
from httpcore import AnyIOBackend

from jobs.errors import AddressRefused, InvalidReply
from jobs.http import trusted

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]  # the addresses that a host name and a port stand for
SCHEMES = ("http", "https")
# Ways to write an IPv4 address as an IPv6 one that lead through relays which nobody has to run.
TUNNELS = [ip_network(text) for text in ("2002::/16", "2001::/32", "64:ff9b:1::/48", "::/96")]
NAT64 = ip_network("64:ff9b::/96")


def checked_url(service: str, url: str) -> httpx.URL:
    """The URL, if it is one that may be asked as far as can be said without resolving its name.

    Raises:
        AddressRefused: another scheme, a user name or password inside, no host, an internal address.
        InvalidReply: it is no URL at all.
    """
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except httpx.InvalidURL as error:
        raise InvalidReply(f"{service}'s address is not a URL: {error}.", service=service) from None
    if parsed.scheme not in SCHEMES or not host:
        raise AddressRefused(f"{service}'s address must begin with http:// or https:// and a host.", service=service)
    if parsed.userinfo:
        raise AddressRefused(f"{service}'s address must not hold a user name or a password.", service=service)
    literal = _literal(host)
    if literal is not None:
        _check(host, [literal])
    return parsed


def is_internal(address: Address) -> bool:
    """Whether it is anything but an address of the public internet, in whatever notation."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or (_last_four(address) if address in NAT64 else None)
        if inside is not None:
            return is_internal(inside)
        if address.is_site_local or any(address in tunnel for tunnel in TUNNELS):
            return True
    return not address.is_global or address.is_multicast or address.is_reserved


def _last_four(address: IPv6Address) -> IPv4Address:
    return IPv4Address(address.packed[-4:])


def _plain(address: Address) -> Address:
    return (getattr(address, "ipv4_mapped", None)) or address


def _literal(host: str) -> Address | None:
    """The address that the host is written as; also in the old notations: 0x7f000001, 2130706433, 127.1, 0177.0.0.1."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host)) if host.isascii() else None
    except OSError:
        return None


@cache
def _allowed(entries: tuple[str, ...]) -> tuple[frozenset[str], tuple[Network, ...]]:
    """Host names and networks of INTERNAL_HOSTS."""
    names, networks = set(), []
    for entry in entries:
        try:
            networks.append(ip_network(entry, strict=False))
        except ValueError:
            names.add(entry.lower().rstrip("."))
    return frozenset(names), tuple(networks)


def _check(host: str, addresses: Iterable[Address]) -> None:
    """Raise AddressRefused where one of the addresses that the host stands for is internal and not allowed."""
    names, networks = _allowed(tuple(settings.INTERNAL_HOSTS))
    is_named = host.lower().rstrip(".") in names
    for address in map(_plain, addresses):
        if any(address in network for network in networks) or (is_named and not address.is_link_local):
            continue
        if is_internal(address):
            raise AddressRefused(
                f"{host} is an internal address. Where it is meant, an operator adds it to INTERNAL_HOSTS.",
                service=host,
            )


async def resolved(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class GuardedBackend(AnyIOBackend):
    """Opens connections to addresses that were checked, and to no others."""

    def __init__(self, resolve: Resolve = resolved) -> None:
        self._resolve = resolve

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        for place, address in enumerate(addresses, 1):
            try:
                return await super().connect_tcp(address, port, *args, **kwargs)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, path: str, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused(service=path)

    async def _addresses(self, host: str, port: int) -> list[str]:
        literal = _literal(host)
        try:
            found = [str(literal)] if literal is not None else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known: {error}") from None
        _check(host, [ip_address(text.partition("%")[0]) for text in found])
        return found


class GuardedTransport(httpx.AsyncHTTPTransport):
    def __init__(self, resolve: Resolve = resolved) -> None:
        super().__init__(verify=trusted())
        # httpx has no argument for httpcore's.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=GuardedBackend(resolve),
        )


def guarded_client(resolve: Resolve = resolved) -> httpx.AsyncClient:
    """A client for `jobs.http.fetch_async`. It goes through no proxy: one would resolve names by itself."""
    return httpx.AsyncClient(transport=GuardedTransport(resolve), follow_redirects=False, trust_env=False)

"""Web addresses: the same page under one form, and whose page it is."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

from brands.matching import Entity
from brands.word_list import word_list

Owner = Literal["own", "competitor", "other"]

_TRACKING = word_list(
    """
    gclid gclsrc gbraid wbraid dclid fbclid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh srsltid
    mc_cid mc_eid mkt_tok ref_src ref_url _hsenc _hsmi hsctatracking _ga _gl vero_id oly_anon_id oly_enc_id
    s_cid wickedid epik irclickid cmpid icid
    """
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The address without what says only where a reader came from: tracking parameters, text fragments, default ports.

    Path, order of the other parameters and other fragments stay. What is no http(s) address is returned stripped.
    """
    url = url.strip()
    parts = _split(url)
    if parts is None or parts.scheme.lower() not in _DEFAULT_PORTS:
        return url
    scheme = parts.scheme.lower()
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    fragment = parts.fragment.split(":~:")[0]
    return urlunsplit((scheme, _authority(scheme, parts), parts.path or "/", query, fragment))


def host_of(url: str) -> str:
    """Lower case, without a port, a dot at its end or a password; an address without a scheme has a host too."""
    url = url.strip()
    parts = _split(url if "://" in url else f"//{url.removeprefix('//')}")
    return ((parts.hostname or "") if parts else "").lower().rstrip(".")


def registrable_domain(url: str) -> str:
    """The part of the host that somebody registered ("shop.acme.co.uk" → "acme.co.uk"); of an IP address itself."""
    host = host_of(url)
    if not host or _is_ip(host):
        return host
    try:
        domain: str | None = _suffixes().privatesuffix(host)
    except (UnicodeError, ValueError):
        domain = None
    return domain or host


def owns(entity: Entity, url: str) -> bool:
    """Whether the address is on one of the entity's domains, or on a host below one."""
    return _is_on(_ascii(host_of(url)), entity.domains)


def owner_of(url: str, entities: Iterable[Entity]) -> Owner:
    """ "own" for a brand's domain, "competitor" for a competitor's, else "other". The brand goes first."""
    host = _ascii(host_of(url))
    kinds = {entity.kind for entity in entities if _is_on(host, entity.domains)}
    if "brand" in kinds:
        return "own"
    return "competitor" if kinds else "other"


def _is_on(host: str, domains: Iterable[str]) -> bool:
    return bool(host) and any(
        listed and (host == listed or host.endswith("." + listed)) for listed in map(_listed_domain, domains)
    )


@lru_cache(maxsize=4096)
def _listed_domain(domain: str) -> str:
    """A domain as users type it: perhaps an address, perhaps with "www."."""
    return _ascii(host_of(domain).removeprefix("www."))


def _ascii(host: str) -> str:
    """ "bücher.example" and "xn--bcher-kva.example" are one host."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def _authority(scheme: str, parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS[scheme]) else ""
    return host + port


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name.startswith(("utm_", "hsa_", "pk_", "mtm_")) or name in _TRACKING


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

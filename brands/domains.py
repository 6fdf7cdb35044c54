"""Domains as people type them."""

import re

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")


def domain_of_entry(entry: str) -> str | None:
    """The host that a person meant by "https://www.Example.com/shop" or "bücher.example"; None where there is none."""
    host = entry.strip().lower()
    host = re.sub(r"^[a-z]+://", "", host)
    host = re.split(r"[/?#]", host, maxsplit=1)[0].removeprefix("www.").rstrip(".")
    host = host.split("@")[-1].split(":")[0]
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return host if HOST.match(host) else None

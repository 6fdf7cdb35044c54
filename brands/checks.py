"""Misconfiguration of collectors, told at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from brands.collector import providers


@register()
def chains_name_known_providers(**_: Any) -> list[CheckMessage]:
    """A collector's chain may only name providers that exist for it; a missing key is told when it is chosen."""
    return [
        Error(
            f"{collector.upper()}_PROVIDERS names {provider!r}, but {collector} has no such provider.",
            hint=f"It has: {', '.join(name for c, name in providers if c == collector) or 'none'}.",
            id="brands.E001",
        )
        for collector, chain in settings.COLLECTORS.items()
        for provider in chain
        if (collector, provider) not in providers
    ]

"""What is amiss with collectors and with the sentiment model, told at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from brands.collector import providers
from brands.sentiment import trained_model


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


@register()
def the_trained_judge_can_run(**_: Any) -> list[CheckMessage]:
    problem = trained_model.problem()
    if not problem:
        return []
    message = f"The sentiment model that ships with Brandbeat cannot be used: {problem}"
    hint = "Word lists judge the sentiment, less well. Install requirements.txt and the project's files as they came."
    return [Warning(message, hint=hint, id="brands.W001")]

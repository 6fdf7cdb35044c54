"""What a call costs where the reply does not say so: estimates. Change a price together with its source and date.

Most of these were taken from third parties' notes, not from the vendors' own lists: compare them with your contract.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

MILLION = Decimal(1_000_000)
DATED = "November 2026"  # when the table was last gone through


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars for a million tokens."""

    input: Decimal
    cached: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """What a reply says was used. `cached` tokens are a part of the `input` tokens."""

    model: str = ""
    input: int = 0
    cached: int = 0
    output: int = 0
    calls: int = 0  # searches, or records of a scraper: what the provider charges by the piece


# US dollars for one search, or for one record of a scraper.
CALLS = {
    "openai": Decimal("0.010"),  # web search, $10 for 1,000; third-party notes, November 2026
    "perplexity": Decimal("0.0025"),  # web_search, $2.50 for 1,000; third-party notes, 3 October 2026
    "brightdata": Decimal("0.0015"),  # one record, the same for each engine; third-party notes, November 2026
    "anthropic": Decimal("0.010"),  # web search, $10 for 1,000; third-party notes, November 2026
    "gemini": Decimal("0.014"),  # a query of Gemini 3 or later, $14 for 1,000 after 5,000 free ones a month; as above
    "gemini 2": Decimal("0.035"),  # a prompt that searches, up to Gemini 2.5, $35 for 1,000; as above
    "xai": Decimal("0.005"),  # a call of a tool, $5 for 1,000; third-party notes, November 2026
    "serpapi": Decimal("0.015"),  # Developer plan, $75 for 5,000 searches; third-party notes, May 2026
}


def _price(input: str, cached: str, output: str) -> TokenPrice:
    return TokenPrice(Decimal(input), Decimal(cached), Decimal(output))


TOKENS = {
    "gpt-5-mini": _price("0.25", "0.025", "2.00"),  # as announced in August 2025
    "gpt-5": _price("1.25", "0.125", "10.00"),  # third-party notes, April 2026
    "gpt-5.1": _price("1.25", "0.125", "10.00"),  # third-party notes, April 2026
    "gpt-5.4": _price("2.50", "0.25", "15.00"),  # third-party notes, June 2026
    "gpt-5.4-mini": _price("0.75", "0.075", "4.50"),  # third-party notes, June 2026
    "perplexity/sonar": _price("0.25", "0.25", "2.50"),  # third-party notes, 3 October 2026; no price for cached
    "claude-haiku-4-5": _price("1.00", "0.10", "5.00"),  # Anthropic's model overview, 2026
    "claude-haiku-5-5": _price("0.10", "0.01", "0.50"),  # up to 100,000 tokens; third-party notes, October 2026
    "claude-sonnet-4": _price("3.00", "0.30", "15.00"),  # as announced in May 2025
    "claude-sonnet-4-5": _price("3.00", "0.30", "15.00"),  # as announced in September 2025
    "claude-sonnet-4-6": _price("3.00", "0.30", "15.00"),  # third-party notes, October 2026
    "claude-sonnet-5": _price("2.00", "0.20", "10.00"),  # Anthropic's model overview, 2026
    "claude-sonnet-5-5": _price("2.00", "0.10", "10.00"),  # third-party notes, October 2026
    "claude-opus-4-5": _price("5.00", "0.50", "25.00"),  # third-party notes, 2026
    "claude-opus-5": _price("5.00", "0.50", "25.00"),  # Anthropic's model overview, 2026
    "claude-opus-5-5": _price("4.00", "0.20", "20.00"),  # third-party notes, October 2026
    # Gemini: prompts up to 200,000 tokens; cached tokens at the full price where none for them is known.
    "gemini-2.5-flash": _price("0.30", "0.30", "2.50"),  # as published in 2025
    "gemini-2.5-pro": _price("1.25", "1.25", "10.00"),  # as published in 2025
    "gemini-3.8-flash": _price("0.75", "0.75", "3.75"),  # until the end of 2026; third-party notes, September 2026
    # Grok: for replies without `cost_in_usd_ticks` alone; cached tokens at the full price.
    "grok-4-fast-reasoning": _price("0.20", "0.20", "0.50"),  # third-party notes, 2026
    "grok-4.3": _price("1.25", "1.25", "2.50"),  # third-party notes, July 2026
    "grok-4.5": _price("2.00", "2.00", "6.00"),  # third-party notes, July 2026
}
# What one answer took that searched once, roughly: for previews before any call was made. Replies vary tenfold.
TYPICAL = {
    "openai": Usage(input=10_000, output=1_000, calls=1),
    "perplexity": Usage(input=3_000, output=500, calls=1),
    "brightdata": Usage(calls=1),
    "anthropic": Usage(input=10_000, output=600, calls=1),
    "gemini": Usage(input=500, output=600, calls=1),
    "xai": Usage(input=2_000, output=600, calls=1),
    "serpapi": Usage(calls=1),
}
# US dollars for a call of those that say in each reply what it cost.
BILLED = {
    "dataforseo": Decimal("0.004"),  # AI Mode, live; third-party notes, November 2026
}
WITH_DATE = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})$")  # gpt-5-mini-2025-08-07 is a gpt-5-mini


def estimate(provider: str, usage: Usage) -> Decimal | None:
    """US dollars for one reply, or None where a price is not known (never a part of the cost as if it were all)."""
    if provider not in CALLS:
        return None
    cost = CALLS[provider] * usage.calls
    if usage.input or usage.output:
        price = TOKENS.get(WITH_DATE.sub("", usage.model))
        if price is None:
            return None
        fresh = max(usage.input - usage.cached, 0)
        cost += (fresh * price.input + usage.cached * price.cached + usage.output * price.output) / MILLION
    return cost or None


def typical(provider: str, model: str) -> Decimal | None:
    """US dollars for a call before it is made, or None where a price is not known."""
    if provider in BILLED:
        return BILLED[provider]
    if provider not in TYPICAL:
        return None
    return estimate("gemini 2" if model.startswith("gemini-2") else provider, replace(TYPICAL[provider], model=model))

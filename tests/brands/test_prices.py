from decimal import Decimal

import pytest

from brands.prices import Usage, estimate


def test_a_search_and_its_tokens_are_priced() -> None:
    used = Usage("gpt-5", input=1_000_000, cached=400_000, output=100_000, calls=3)
    # 0.6 × 1.25 + 0.4 × 0.125 + 0.1 × 10.00 + 3 × 0.010
    assert estimate("openai", used) == Decimal("1.83")


def test_a_date_in_eight_digits_is_a_date_too() -> None:
    dated, plain = (estimate("anthropic", Usage(f"claude-haiku-4-5{day}", output=7)) for day in ("-20251001", ""))
    assert dated == plain == Decimal("0.000035")


@pytest.mark.parametrize("model", ["gpt-5-mini", "gpt-5-mini-2025-08-07"])
def test_a_dated_model_costs_what_its_name_costs(model: str) -> None:
    assert estimate("openai", Usage(model, output=1_000_000)) == Decimal("2.00")


def test_an_unknown_model_is_not_priced_by_its_searches_alone() -> None:
    assert estimate("openai", Usage("gpt-99", input=10, calls=2)) is None


def test_a_scraper_is_priced_by_the_record() -> None:
    assert estimate("brightdata", Usage(calls=1)) == Decimal("0.0015")


@pytest.mark.parametrize(("provider", "used"), [("a_stranger", Usage(calls=1)), ("openai", Usage())])
def test_what_nobody_knows_is_not_zero(provider: str, used: Usage) -> None:
    assert estimate(provider, used) is None

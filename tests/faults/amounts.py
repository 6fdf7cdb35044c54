"""How much of a fault: a little in every run of the tests, all of it by `make faults`."""

from typing import Any

import pytest

MOST_SECONDS = 1800


def amounts(short: Any, long: Any) -> list[Any]:
    """Parameters of a test: the short set, and the long one under the marker `faults`."""
    return [_param(short, "short"), *only_long(long)]


def only_long(value: Any) -> list[Any]:
    """Parameters of a test that takes too long for every run of the tests in any amount."""
    return [_param(value, "long", marks=[pytest.mark.faults, pytest.mark.timeout(MOST_SECONDS)])]


def _param(value: Any, name: str, **options: Any) -> Any:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), id=name, **options)

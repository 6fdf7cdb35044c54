"""How much of a fault: a little in every run of the tests, all of it by `make faults`."""

from typing import Any

import pytest


def amounts(short: Any, long: Any, *, minutes: int = 30) -> list[Any]:
    """Parameters of a test: the short set, and the long one under the marker `faults`."""
    values = [value if isinstance(value, tuple) else (value,) for value in (short, long)]
    return [
        pytest.param(*values[0], id="short"),
        pytest.param(*values[1], id="long", marks=[pytest.mark.faults, pytest.mark.timeout(minutes * 60)]),
    ]

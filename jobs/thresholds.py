"""Thresholds on numeric fields: "cpu_usage above 90". Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jobs.records import number

MOST = 50  # of one service
LONGEST_FIELD = 100
LINE = re.compile(r"(?P<field>\S.*?)\s+(?P<side>above|below|>|<)\s+(?P<value>\S+)")
SIDES = {">": "above", "<": "below", "above": "above", "below": "below"}


@dataclass(frozen=True, slots=True)
class Threshold:
    field: str  # as in `records.numbers`
    side: str  # above or below
    value: float

    def __str__(self) -> str:
        return f"{self.field} {self.side} {self.value:g}"

    def is_crossed(self, value: float) -> bool:
        return value > self.value if self.side == "above" else value < self.value

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def thresholds(data: Any) -> list[Threshold]:
    """From a text with one a line ("disk_usage_mb above 9000", > and < are understood too), or from JSON.

    Raises:
        ValueError: a sentence about the first one that is wrong.
    """
    items = data.splitlines() if isinstance(data, str) else data
    if not isinstance(items, list):
        raise ValueError("Write a list of thresholds.")
    found = [_threshold(item) for item in items if not isinstance(item, str) or item.strip()]
    if len(found) > MOST:
        raise ValueError(f"There can be at most {MOST} thresholds.")
    if len({str(each) for each in found}) < len(found):
        raise ValueError("Each threshold can be there once.")
    return found


def _threshold(item: Any) -> Threshold:
    parts = item
    if isinstance(item, str):
        match = LINE.fullmatch(item.strip())
        parts = match.groupdict() if match else {}
    if not isinstance(parts, Mapping) or set(parts) != {"field", "side", "value"}:
        raise ValueError(f"“{str(item)[:80]}” is no threshold. Write for example: disk_usage_mb above 9000")
    side, value = SIDES.get(str(parts["side"])), number(parts["value"])
    field = str(parts["field"]).strip()
    if side is None or value is None or not 0 < len(field) <= LONGEST_FIELD:
        raise ValueError(f"“{str(item)[:80]}” needs a field, “above” or “below”, and a number.")
    return Threshold(field, side, value)


def crossed(found: Iterable[Threshold], values: Mapping[str, float]) -> dict[Threshold, bool]:
    """Which thresholds these values cross; those whose field is not among them are left out."""
    return {each: each.is_crossed(values[each.field]) for each in found if each.field in values}

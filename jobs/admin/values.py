"""JSON for people: options and metrics as labels with values, nested ones as tables. Templates escape all of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats

WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
YES_NO = {True: "yes", False: "no", None: "–"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A label with a value in words, or with rows below it."""

    label: str
    value: str = ""
    rows: list["Entry"] = field(default_factory=list)
    is_number: bool = False


def entries(data: Any) -> list[Entry]:
    """The entries of a JSON object; anything else is one entry without a label."""
    if isinstance(data, Mapping):
        return [_entry(str(key), value) for key, value in data.items()]
    return [Entry("", in_words(data))] if data not in (None, "") else []


def _entry(key: str, value: Any) -> Entry:
    if isinstance(value, Mapping) and value:
        return Entry(label_of(key), rows=entries(value))
    if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        return Entry(label_of(key), rows=[_entry(str(place), item) for place, item in enumerate(value, 1)])
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Entry(label_of(key), in_words(value), is_number=is_number)


def label_of(key: str) -> str:
    """`positionLimit` and `position_limit` as "position limit"; names that are no such words stay as they are."""
    return WORD_STARTS.sub(" ", key).replace("_", " ").lower() if key.isidentifier() else key


def in_words(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, int):
        return str(formats.number_format(value, force_grouping=True))
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(in_words(item) for item in value) or "none"
    return str(value) if value != "" else "–"

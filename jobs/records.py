"""Reading records out of the body of somebody else's JSON API. Pure: no database, no network.

What is configured about a body is a few paths (JSONPath, RFC 9535, without filters); what is left empty is found by the
names that such bodies usually have.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from jobs.errors import InvalidReply
from jobs.http import one_line

LIST_NAMES = ("data", "records", "items", "results", "rows", "entries")
ID_NAMES = ("id", "uuid", "record_id", "_id")
TIME_NAMES = (
    "checked_at",
    "created_at",
    "recorded_at",
    "measured_at",
    "timestamp",
    "datetime",
    "time",
    "date",
    "ts",
    "at",
)
LONGEST_PATH = 200
LONGEST_ID = 200
MOST_BYTES = 64 * 1024  # of one record
MOST_FIELDS = 60  # numeric ones of one record
NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*%?\s*", re.ASCII)
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # what PostgreSQL refuses
EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0, 1))  # from this size on, so many to a second
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where things are in a body: paths from its root to the list and to the next cursor, and from a record to its id
    and its time. "" leaves it to the usual names."""

    records: str = ""
    id: str = ""
    time: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    at: datetime | None  # its own time, in UTC; None where it says none
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    records: list[Record] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)  # why, for each that could not be read
    cursor: str = ""  # leads to the next page


def path_problem(path: str) -> str:
    """What is wrong with a path, in a sentence; "" where nothing is."""
    if not path:
        return ""
    if len(path) > LONGEST_PATH or "?" in path or "~" in path or path.count("..") > 1:
        return "Filters are not supported, nor more than one “..”: write names, indexes and *, for example $.data[*]."
    from jsonpath.exceptions import JSONPathError  # see _compiled

    try:
        _compiled(path)
    except (JSONPathError, RecursionError) as error:
        return f"This is not a JSON path: {one_line(str(error), 150)}."
    return ""


@cache
def _compiled(path: str) -> Any:
    import jsonpath  # compiles many patterns as it is loaded, and few processes read records

    return jsonpath.compile(path if path.startswith("$") else f"${'' if path.startswith('[') else '.'}{path}")


def _found(path: str, value: Any) -> list[Any]:
    from jsonpath.exceptions import JSONPathError  # see _compiled

    try:
        return list(_compiled(path).findall(value))
    except (JSONPathError, RecursionError):  # nested deeper than a path is followed
        return []


def _first(path: str, value: Any) -> Any:
    return next(iter(_found(path, value)), None)


def read(service: str, body: bytes, shape: Shape) -> Page:
    """The records of a body, in the order in which they stand there.

    Raises:
        InvalidReply: it is no JSON, says that it failed, or has no list of records where one was expected.
    """
    document = _document(service, body)
    if isinstance(document, dict) and document.get("success") is False:
        said = one_line(str(document.get("message") or document.get("error") or ""), 200)
        raise InvalidReply(f"{service} says that it failed{': ' + said if said else ''}.", service=service)
    records, unreadable = [], []
    for place, item in enumerate(_items(service, document, shape.records), 1):
        try:
            records.append(_record(item, shape))
        except (ValueError, RecursionError) as error:
            why = "it is nested too deeply." if isinstance(error, RecursionError) else error
            unreadable.append(f"Record {place}: {why}")
    if unreadable and not records:
        raise InvalidReply(f"None of the records that {service} sent can be read. {unreadable[0]}", service=service)
    cursor = _first(shape.cursor, document) if shape.cursor else None
    return Page(records, unreadable, str(cursor) if isinstance(cursor, str | int) and cursor != "" else "")


def _document(service: str, body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        begin = one_line(body[:80].decode("utf-8", "replace"))
        raise InvalidReply(f"{service} sent no JSON. It begins with: {begin or 'nothing'}", service=service) from None


def _items(service: str, document: Any, path: str) -> Iterator[Any]:
    if path:
        found = _found(path, document)
        if not found and not _leads_to_an_empty_list(path, document):
            raise InvalidReply(f"{service} has nothing at {path}. {_what_there_is(document)}", service=service)
        found = found[0] if len(found) == 1 and isinstance(found[0], list) else found
    elif isinstance(document, list):
        found = document
    else:
        names = [name for name in LIST_NAMES if isinstance(document, dict) and isinstance(document.get(name), list)]
        if not names:
            raise InvalidReply(f"{service} sent no list of records. {_what_there_is(document)}", service=service)
        found = document[names[0]]
    yield from found


def _leads_to_an_empty_list(path: str, document: Any) -> bool:
    """Whether `$.data[*]` finds nothing because `$.data` is []."""
    above = re.sub(r"(\[\*\]|\.\*)$", "", path)
    return above != path and (above == "$" or bool(_found(above, document)))


def _what_there_is(document: Any) -> str:
    if isinstance(document, dict):
        return one_line(f"There is: {', '.join(map(str, document))}.", 200)
    return f"There is: a {type(document).__name__}."


def _record(item: Any, shape: Shape) -> Record:
    """Raises ValueError with what is wrong."""
    if not isinstance(item, dict):
        raise ValueError(f"it is a {type(item).__name__}, no object.")
    data = _keepable(item)
    if len(json.dumps(data)) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1024} KiB.")
    at = _time_of(data, shape.time)
    return Record(_id_of(data, shape.id, at), at, data)


def _id_of(data: dict[str, Any], path: str, at: datetime | None) -> str:
    """Its own id, or one that is made of what it says, so that the same record has the same one each time."""
    own = _first(path, data) if path else next((data[name] for name in ID_NAMES if data.get(name) is not None), None)
    if path and own is None:
        raise ValueError(f"it has no id at {path}.")
    if isinstance(own, str | int | float) and not isinstance(own, bool) and str(own).strip():
        text = str(int(own) if isinstance(own, float) and own.is_integer() else own).strip()
        return text if len(text) <= LONGEST_ID else _digest(text)
    return _digest(
        json.dumps([at and at.isoformat(), numbers(data), data if not numbers(data) else None], sort_keys=True)
    )


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _time_of(data: dict[str, Any], path: str) -> datetime | None:
    if path:
        found = _first(path, data)
        if found is not None:
            return moment(found)
    # The preset's name is not always the one that a certain installation uses.
    return next((moment(data[name]) for name in TIME_NAMES if data.get(name) not in (None, "")), None)


def moment(value: Any) -> datetime | None:
    """A time in UTC from ISO 8601, RFC 5322, or seconds, milli-, micro- or nanoseconds since 1970, also as text.

    A time without a zone counts as UTC. None for what says nothing; ValueError for what cannot be read, or is before
    1990, which no status record is.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"its time is a {type(value).__name__}.")
    is_day = isinstance(value, str) and len(value.strip()) == len("20261122")
    as_number = None if is_day else number(value)
    try:
        found = _from_epoch(as_number) if as_number is not None else _from_text(str(value).strip())
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"its time “{one_line(str(value), 40)}” cannot be read.") from None
    if found < EARLIEST:
        raise ValueError(f"its time “{one_line(str(value), 40)}” is before {EARLIEST.year}.")
    return found


def _from_epoch(value: float) -> datetime:
    per_second = next(unit for size, unit in EPOCH_UNITS if abs(value) >= size)
    return datetime.fromtimestamp(value / per_second, UTC)


def _from_text(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _keepable(value: Any) -> Any:
    """The value with what a database cannot keep replaced: U+0000, half surrogate pairs, infinite numbers."""
    if isinstance(value, dict):
        return {UNKEEPABLE.sub("\ufffd", key): _keepable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_keepable(item) for item in value]
    if isinstance(value, str):
        return UNKEEPABLE.sub("\ufffd", value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number(value: Any) -> float | None:
    """The number that a value is, also as a text such as "85.5" or "85 %"; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        match = NUMBER.fullmatch(value[:40])
        value = float(match[1]) if match else None
    try:
        found = float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None
    return found if found is not None and math.isfinite(found) else None


def numbers(data: Mapping[str, Any]) -> dict[str, float]:
    """The numeric fields of a record, those of objects inside it as "memory.used"; ids and times are left out."""
    found: dict[str, float] = {}
    for name, value in _leaves(data):
        last = name.rpartition(".")[2].lower()
        if last in TIME_NAMES or last in ID_NAMES or last.endswith(("_id", "_at")):
            continue
        as_number = number(value)
        if as_number is not None and len(found) < MOST_FIELDS:
            found[name] = as_number
    return found


def _leaves(data: Mapping[str, Any], prefix: str = "", depth: int = 3) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and depth > 1:
            yield from _leaves(value, f"{prefix}{key}.", depth - 1)
        else:
            yield f"{prefix}{key}", value

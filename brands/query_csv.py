"""A brand's queries as a table: out as CSV, and in again with a look at what would become of each line first."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from brands.matching import names
from brands.models import Brand, Query, Topic
from brands.spreadsheet import Row, read, written

COLUMNS = ("brand", "topic", "question", "country", "locale", "active", "branded")
MOST_ROWS = 2000
YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
Key = tuple[str, str, str]


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one line of the table."""

    number: int
    question: str
    outcome: Outcome
    words: str = ""  # what changes, or why it is refused
    query: Query | None = None  # not saved; None where it is refused
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    lines: list[Line]

    def of(self, *outcomes: Outcome) -> list[Line]:
        return [line for line in self.lines if line.outcome in outcomes]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.outcome for line in self.lines)
        return {str(outcome): found[outcome] for outcome in Outcome}


class Refused(ValueError):
    """A line that is not taken; its message says why."""


def export(queries: Iterable[Query]) -> Iterator[str]:
    """The table of these queries, which come with their brand and topic."""
    return written(COLUMNS, (_cells(query) for query in queries))


def _cells(query: Query) -> tuple[str, ...]:
    topic = query.topic.name if query.topic else ""
    yes_no = ("yes" if query.is_active else "no", "yes" if query.is_branded else "no")
    return (query.brand.name, topic, query.text, query.country, query.locale, *yes_no)


def look(brand: Brand, text: str) -> Sheet:
    """What would become of each line for this brand. Saves nothing; raises Unreadable where it is no table."""
    known = {_key(query): query for query in brand.queries.select_related("topic")}
    seen: dict[Key, int] = {}
    lines = []
    for row in read(text, COLUMNS, needed="question", most=MOST_ROWS):
        question = " ".join(row.cells["question"].split())
        try:
            lines.append(_line(brand, row, question, known, seen))
        except Refused as refused:
            lines.append(Line(row.line, question, Outcome.REFUSED, str(refused)))
    return Sheet(lines)


@transaction.atomic
def save(brand: Brand, text: str) -> Sheet:
    """Save what `look` says. Lines that are refused are left out, the others are saved together."""
    Brand.objects.select_for_update().get(pk=brand.pk)  # two imports at once wait for each other
    sheet = look(brand, text)
    changed, created = sheet.of(Outcome.CHANGED), sheet.of(Outcome.CREATED)
    topics = _topics(brand, {line.topic for line in (*changed, *created) if line.topic})
    for line in (*changed, *created):
        assert line.query is not None  # noqa: S101  (only refused lines have none)
        line.query.topic = topics.get(line.topic)
    Query.objects.bulk_create([line.query for line in created if line.query])
    Query.objects.bulk_update([line.query for line in changed if line.query], ["topic", "is_active", "is_suggested"])
    return sheet


def _key(query: Query) -> Key:
    return query.text, query.country, query.locale


def _line(brand: Brand, row: Row, question: str, known: dict[Key, Query], seen: dict[Key, int]) -> Line:
    cells = row.cells
    if cells.get("brand", brand.name).casefold() not in ("", brand.name.casefold()):
        raise Refused(f"This is a line of “{cells['brand'][:50]}”, and the queries are imported for {brand}.")
    active = _active(cells)
    query = Query(brand=brand, text=question, country=cells.get("country", "").upper(), locale=cells.get("locale", ""))
    _check(query, cells)
    first = seen.setdefault(_key(query), row.line)
    if first != row.line:
        raise Refused(f"It is the same question as line {first}, in the same country and locale.")
    if _key(query) in known:
        return _known(row, known[_key(query)], active)
    query.is_active = True if active is None else active
    query.is_branded = names(question, [brand.entity()])
    return Line(row.line, question, Outcome.CREATED, query=query, topic=cells.get("topic", ""))


def _active(cells: dict[str, str]) -> bool | None:
    """None where the table does not say."""
    word = cells.get("active", "").lower()
    if word and word not in YES_NO:
        raise Refused(f"“{word[:50]}” in the column “active” is neither yes nor no.")
    return YES_NO.get(word)


def _check(query: Query, cells: dict[str, str]) -> None:
    if not query.text:
        raise Refused("It has no question.")
    if any("\0" in cell for cell in cells.values()):
        raise Refused("It has a NUL character.")
    if len(cells.get("topic", "")) > (Topic._meta.get_field("name").max_length or 0):
        raise Refused("The topic's name is too long.")
    try:
        query.clean_fields(exclude=["brand", "topic"])
    except ValidationError as error:
        found = [f"{field}: {' '.join(sentences)}" for field, sentences in error.message_dict.items()]
        raise Refused(" ".join(found).replace("text:", "question:")) from None


def _known(row: Row, query: Query, active: bool | None) -> Line:
    """A question that the brand has: only what the table has a column for changes."""
    before = query.topic.name if query.topic else ""
    topic = row.cells.get("topic", before)
    changes: list[str] = []
    if topic != before:
        changes.append(f"topic: {before or 'none'} → {topic or 'none'}")
    if active is not None and active != query.is_active:
        changes.append(f"active: {'no → yes' if active else 'yes → no'}")
        query.is_active = active
        query.is_suggested = query.is_suggested and not active
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return Line(row.line, query.text, outcome, ", ".join(changes), query, topic)


def _topics(brand: Brand, wanted: set[str]) -> dict[str, Any]:
    Topic.objects.bulk_create([Topic(brand=brand, name=name) for name in sorted(wanted)], ignore_conflicts=True)
    return {topic.name: topic for topic in brand.topics.filter(name__in=wanted)}

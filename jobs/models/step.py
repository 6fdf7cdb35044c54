"""A step of a run in as few statements as the database takes: the run as it is from now on, and the event.

PostgreSQL takes both in one statement, which needs no transaction around it: once there and back. SQLite takes two in a
transaction. Django's ORM would take longer to word them than either takes to carry them out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from jobs.models.run_event import RunEvent

R = TypeVar("R")
EVENT = ("at", "from_status", "to_status", "reason", "by", "attempt")
EVENT_COLUMNS = ", ".join(f'"{name}"' for name in ("run_id", *EVENT))


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL that stands for a value or a condition: the engine's own words, with a place for each value."""

    words: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Change `fields` of the run with that key where the condition holds, and then add the event."""

    key: UUID
    fields: dict[str, Any]
    where: Expression
    event: dict[str, Any]

    def write(self) -> bool:
        """Whether the condition held; where not, nothing is written."""
        return bool(self._write('"id"', _fetch))

    def write_and_read(self) -> Any:
        """The run as it is now, or None where the condition did not hold and nothing is written."""
        return next(iter(self._write("*", lambda words, values: list(_run()._default_manager.raw(words, values)))), None)

    def _write(self, columns: str, fetch: Callable[[str, list[Any]], list[R]]) -> list[R]:
        run, changes, notes = _run(), self._changes(), self._notes()
        assigned = ", ".join(f'"{name}" = {change.words}' for name, change in zip(self.fields, changes, strict=True))
        change = f'UPDATE "{run._meta.db_table}" SET {assigned} WHERE "id" = %s AND {self.where.words} RETURNING '
        noted = ", ".join(note.words for note in notes)
        note = f'INSERT INTO "{RunEvent._meta.db_table}" ({EVENT_COLUMNS}) SELECT "id", {noted} FROM '
        key = _prepared(run, "id", self.key)
        changing = [*_values(changes), *key.values, *self.where.values]
        if connection.vendor == "postgresql":
            words = f"WITH changed AS ({change}*), noted AS ({note}changed) SELECT {columns} FROM changed"
            return fetch(words, [*changing, *_values(notes)])
        with transaction.atomic():
            found = fetch(change + columns, changing)
            if found:
                with connection.cursor() as cursor:
                    cursor.execute(f'{note}"{run._meta.db_table}" WHERE "id" = %s', [*_values(notes), *key.values])
        return found

    def _changes(self) -> list[Expression]:
        return [_prepared(_run(), name, value) for name, value in self.fields.items()]

    def _notes(self) -> list[Expression]:
        return [_prepared(RunEvent, name, self.event[name]) for name in EVENT]


def as_it_is(status: str, **fields: Any) -> Expression:
    """The condition that the run has this status and these values."""
    # In this form no index fits the status. With one, PostgreSQL may look through all pending runs for the one of a key.
    words = ["\"status\" || '' = %s", *(f'"{name}" = %s' for name in fields)]
    values = [_prepared(_run(), name, value) for name, value in {"status": status, **fields}.items()]
    return Expression(" AND ".join(words), tuple(_values(values)))


def or_else(name: str, value: Any) -> Expression:
    """What the run has in that column, or the value where it has nothing."""
    part = _prepared(_run(), name, value)
    return Expression(f'COALESCE("{name}", {part.words})', part.values)


def at_most(name: str, value: Any) -> Expression:
    part = _prepared(_run(), name, value)
    return Expression(f'"{name}" <= {part.words}', part.values)


def every(*conditions: Expression) -> Expression:
    return Expression(" AND ".join(f"({each.words})" for each in conditions), tuple(_values(conditions)))


def _run() -> type[models.Model]:
    run: Any = RunEvent._meta.get_field("run").related_model
    return run


def _prepared(model: type[models.Model], name: str, value: Any) -> Expression:
    """The value as the database takes it."""
    if isinstance(value, Expression):
        return value
    field: Any = model._meta.get_field(name)
    return Expression("%s", (field.get_db_prep_save(value, connection),))


def _values(expressions: Iterable[Expression]) -> list[Any]:
    return [value for expression in expressions for value in expression.values]


def _fetch(words: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return cursor.fetchall()

"""A step of a run in as few statements as the database takes: the run as it is from now on, and the event.

PostgreSQL takes both in one statement, which needs no transaction around it: once there and back. SQLite takes two in a
transaction. Django's ORM would take longer to word them than either takes to carry them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.utils import CursorWrapper

from jobs.models.run_event import RunEvent

EVENT = ("at", "from_status", "to_status", "reason", "by", "attempt")
EVENT_COLUMNS = ", ".join(f'"{name}"' for name in ("run_id", *EVENT))


class Expression(NamedTuple):
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
        return bool(self._write('"id"'))

    def write_and_read(self) -> Any:
        """The run as it is now, or None where the condition did not hold and nothing is written."""
        fields = _run()._meta.concrete_fields
        row = self._write(", ".join(f'"{field.column}"' for field in fields))
        return None if row is None else _instance(row)

    def _write(self, columns: str) -> Any:
        database = connections[DEFAULT_DB_ALIAS]
        table = _run()._meta.db_table
        key = _prepared(_run(), "id", self.key)
        changes = [_prepared(_run(), name, value) for name, value in self.fields.items()]
        notes = [_prepared(RunEvent, name, self.event[name]) for name in EVENT]
        # All words are names of our own columns; values go in by their places.
        assigned = ", ".join(f'"{name}" = {change.words}' for name, change in zip(self.fields, changes, strict=True))
        change = f'UPDATE "{table}" SET {assigned} WHERE "id" = %s AND {self.where.words} RETURNING '  # noqa: S608
        noted = ", ".join(note.words for note in notes)
        note = f'INSERT INTO "{RunEvent._meta.db_table}" ({EVENT_COLUMNS}) SELECT "id", {noted} FROM '  # noqa: S608
        changing = [*_values(changes), *key.values, *self.where.values]
        if database.vendor == "postgresql":
            words = f"WITH changed AS ({change}*), noted AS ({note}changed) SELECT {columns} FROM changed"  # noqa: S608
            with _preparing(database) as cursor:
                cursor.execute(words, [*changing, *_values(notes)])
                return cursor.fetchone()
        with database.cursor() as cursor, transaction.atomic():
            cursor.execute(change + columns, changing)
            row = next(iter(cursor.fetchall()), None)
            if row is not None:
                cursor.execute(f'{note}"{table}" WHERE "id" = %s', [*_values(notes), *key.values])
        return row


def _preparing(database: Any) -> CursorWrapper:
    """A cursor that sends the values beside the words, where Django's own writes them into the words.

    PostgreSQL then reads and plans a statement once a connection: a quarter of the time that a run costs it.
    """
    from psycopg import Cursor  # here alone, as in bulk.py

    database.close_if_health_check_failed()  # this line and the next are what Django does for its own cursor
    database.ensure_connection()
    cursor = Cursor(database.connection)
    wrapped: CursorWrapper = (database.make_debug_cursor if database.queries_logged else database.make_cursor)(cursor)
    return wrapped


def as_it_is(status: str, **fields: Any) -> Expression:
    """The condition that the run has this status and these values."""
    # In this form no index fits the status. With one, PostgreSQL may look through all pending runs for one of a key.
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


def _run() -> Any:
    """The model of runs, which is made with this module and so cannot be imported here."""
    return RunEvent._meta.get_field("run").related_model


def _prepared(model: type[models.Model], name: str, value: Any) -> Expression:
    """The value as the database takes it."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, str | int):  # these it takes as they are
        return Expression("%s", (value,))
    field: Any = model._meta.get_field(name)
    return Expression("%s", (field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS]),))


def _values(expressions: Iterable[Expression]) -> list[Any]:
    return [value for expression in expressions for value in expression.values]


def _instance(row: Iterable[Any]) -> Any:
    """A run of a row of all its columns, as Django reads one."""
    database = connections[DEFAULT_DB_ALIAS]
    names, readers = _readers(database)
    values = list(row)
    for place, convert, column in readers:
        values[place] = convert(values[place], column, database)
    return _run().from_db(DEFAULT_DB_ALIAS, names, values)


@lru_cache(maxsize=1)  # of the connection that this process works with; those of other threads are worked out anew
def _readers(database: Any) -> tuple[list[str], list[tuple[int, Any, Any]]]:
    """The names of a run's fields, and what turns the database's values into Python's: place, function, column."""
    fields = _run()._meta.concrete_fields
    columns = [field.cached_col for field in fields]
    readers = [
        (place, convert, column)
        for place, (field, column) in enumerate(zip(fields, columns, strict=True))
        for convert in [*database.ops.get_db_converters(column), *field.get_db_converters(database)]
    ]
    return [field.attname for field in fields], readers

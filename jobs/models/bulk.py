"""Many new rows at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def insert(rows: Sequence[models.Model]) -> None:
    """As `bulk_create`, but that nothing comes back: Django words no statement for them, which takes longer than they do.

    PostgreSQL gets them by COPY, SQLite by one statement that is carried out for each.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    table, columns = rows[0]._meta.db_table, [field.column for field in fields]
    if connection.vendor == "postgresql":
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            for values in _stored(rows, fields):
                copy.write_row(values)
    else:
        names, places = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', list(_stored(rows, fields)))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _stored(rows: Sequence[models.Model], fields: Sequence[Any]) -> Iterator[list[Any]]:
    """The values of each row as the database takes them."""
    for row in rows:
        yield [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]

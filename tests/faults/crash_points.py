"""Failures at chosen places of the database: before or after statement N, before or after a commit.

The places are counted on one connection. A failure is either the database's (`OperationalError`, which the product is
to survive) or the end of the process (`Crash`, which nothing in the product catches). A crash takes the connection with
it at once: what Django's blocks still do on their way out, the server no longer hears.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection


class Crash(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Point:
    """Raise `error` at the place number `at`; a place is before or after a statement or a commit."""

    at: int
    error: type[BaseException]
    passed: int = 0

    def place(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            if self.error is Crash:
                lose_the_connection()
            raise self.error("a fault of the test")

    def statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.place()
        result = execute(*arguments)
        self.place()
        return result


def lose_the_connection() -> None:
    """What was not committed is gone."""
    if connection.connection is not None:
        with suppress(connection.Database.Error):
            connection.connection.rollback()  # sqlite3 keeps a closed connection's lock while a cursor is left
    connection.close()


@contextmanager
def failing(point: Point) -> Iterator[None]:
    """Let the point happen in the block, which a crash ends."""
    commit = connection._commit

    def wrapped() -> None:
        point.place()
        commit()
        point.place()

    connection._commit = wrapped
    try:
        with connection.execute_wrapper(point.statement):
            yield
    except (Crash, OperationalError):
        lose_the_connection()
    finally:
        connection._commit = commit

"""Writes that must not be given up because the database is away for a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)  # seconds between the tries: less than a lease in all


def patiently(write: Callable[[], T]) -> T:
    """What `write` returns, tried again while the database does not answer.

    A write that failed may have been committed all the same, so `write` must bear to be done twice.

    Raises:
        OperationalError, InterfaceError: the database did not answer the last try either.
    """
    for pause in PAUSES:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if not connection.in_atomic_block:
                connection.close()  # whatever state it is in
            time.sleep(pause)
    return write()

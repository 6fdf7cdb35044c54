"""What time it is. The database's clock decides, and not that of the machine that a beat, a worker or the site runs on:
they all share the database, so a clock that is wrong by hours starts nothing early or late and takes no lease away.

What is kept is how far our own clock is off. It is measured whenever a connection is made, by beat at every look, and
while a run works.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

QUERIES = {"postgresql": "SELECT clock_timestamp()", "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"}
NEGLIGIBLE = timedelta(seconds=0.5)  # a difference up to this is none
SLOW = timedelta(seconds=5)  # an answer that takes longer measures nothing


class Clock:
    offset = timedelta()  # of the database's clock from ours

    @classmethod
    def synchronise(cls, connection: Any = connection) -> None:
        before = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(QUERIES[connection.vendor])
            theirs = _moment(cursor.fetchone()[0])
        after = timezone.now()
        offset = theirs - (before + (after - before) / 2)
        if after - before < SLOW:
            cls.offset = offset if abs(offset) > NEGLIGIBLE else timedelta()


def now() -> datetime:
    return timezone.now() + Clock.offset


def _moment(value: Any) -> datetime:
    """SQLite says it as a text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def synchronise(connection: Any, **_: Any) -> None:
    Clock.synchronise(connection)


connection_created.connect(synchronise, dispatch_uid="jobs.clock")

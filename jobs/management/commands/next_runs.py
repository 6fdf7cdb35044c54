"""`manage.py next_runs EXPR`: when a cron expression fires, in a time zone, with its changes of the clock."""

import json
from argparse import ArgumentParser
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from jobs import cron
from jobs.alarms import remarks
from jobs.errors import InvalidSchedule

MOST = 10_000  # moments in one answer


class Command(BaseCommand):
    help = "Show when a cron expression fires next."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("expression", metavar="EXPR", help="five fields, for example '0 9 * * 1-5'")
        parser.add_argument("--timezone", default="UTC", metavar="TZ", help="IANA name (UTC)")
        parser.add_argument("--from", dest="start", metavar="ISO", help="start after this moment (now)")
        parser.add_argument("--count", type=int, default=5, metavar="N", help="how many moments (5)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        try:
            start = self._start(options["start"], options["timezone"])
            count = min(max(options["count"], 0), MOST)
            moments = cron.preview(options["expression"], options["timezone"], start, count)
        except InvalidSchedule as error:
            raise CommandError(str(error)) from None
        self._say_what_is_in_the_way()
        if options["json"]:
            return json.dumps([moment.isoformat() for moment in moments])
        return "\n".join([cron.describe(options["expression"]), *_lines(moments)])

    def _say_what_is_in_the_way(self) -> None:
        with suppress(DatabaseError):  # an expression can be tried out before there is a database
            for remark in remarks():
                self.stderr.write(self.style.WARNING(remark))

    def _start(self, text: str | None, zone: str) -> datetime:
        """The moment after which to look; one without an offset is meant in the schedule's zone."""
        if text is None:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise CommandError(f"“{text}” is not a moment. Write for example 2026-03-29T00:00:00.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=cron.zone(zone))


def _lines(moments: list[datetime]) -> list[str]:
    lines = []
    previous = None
    for moment in moments:
        offset = moment.utcoffset()
        shift = "   the clock has changed" if previous is not None and offset != previous else ""
        lines.append(f"{moment:%a %Y-%m-%d %H:%M %Z (%z)}{shift}")
        previous = offset
    return lines

"""`manage.py restore FILE`: a backup in place of the database's content."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config import health
from config.backup import BackupError, restore
from jobs.models import Worker
from jobs.workers import alive


class Command(BaseCommand):
    help = (
        "Put a backup in place of all that is in the database: all of it or, where something fails, nothing. "
        "Stop everything first. The exit code is 1 where it did not work."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--force", action="store_true", help="also while workers and schedulers seem to be alive")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        running = [] if options["force"] else _running()
        if running:
            raise CommandError(f"Stop everything first: {', '.join(running)} is alive. (--force does it all the same.)")
        if not options["yes"] and not _agreed(options["file"]):
            raise CommandError("Nothing was restored.")
        try:
            restore(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from None
        missing = health.migrations()
        if options["json"]:
            return json.dumps({"file": str(options["file"]), "migrations": missing})
        then = "" if missing == health.OK else f" Migrations: {missing}. Run manage.py migrate before you start it."
        return f"The database is that of {options['file']}.{then}"


def _running() -> list[str]:
    try:
        return [worker.name for role in Worker.Role.values for worker in alive(role)]
    except DatabaseError:  # an empty database has no such table, and nobody works on it
        return []


def _agreed(file: Path) -> bool:
    if not sys.stdin.isatty():
        raise CommandError("This replaces the whole database. Say --yes.")
    return input(f"Replace all that is in the database by {file}? Type yes: ").strip().lower() == "yes"

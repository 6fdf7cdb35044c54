"""`manage.py backup [FILE]`: the whole database in a file, while everything runs."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from config.backup import BackupError, backup, suffix


class Command(BaseCommand):
    help = "Write the whole database to a file, while everything runs. The exit code is 1 where it did not work."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        name = "brandbeat-DAY-TIME.sqlite3 or .dump, in this folder"
        parser.add_argument("file", nargs="?", metavar="FILE", help=f"a new file ({name})")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        file = Path(options["file"] or f"brandbeat-{timezone.now():%Y%m%d-%H%M%S}.{suffix()}")
        try:
            size = backup(file)
        except BackupError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            return json.dumps({"file": str(file.resolve()), "bytes": size})
        return (
            f"The database is in {file} ({filesizeformat(size)}). Keep it where this machine's end does not reach it."
        )

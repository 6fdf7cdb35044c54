"""`manage.py analyse_file FILE`: the insights in a file, on the screen. Nothing is stored."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.analysis.process import analyse_apart
from jobs.analysis.source import File, Unreadable


class Command(BaseCommand):
    help = "Look for insights in a table (CSV, TSV, JSON Lines, XLSX) and store nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the table")
        parser.add_argument("--before", metavar="FILE", type=Path, help="the file before of the same series")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        file, before = options["file"], options["before"]
        for path in filter(None, (file, before)):
            if not path.is_file():
                raise CommandError(f"There is no file “{path}”.")
        try:
            found = analyse_apart(
                File(file.resolve(), file.name),
                before=File(before.resolve(), before.name) if before else None,
                most_bytes=settings.FILE_UNPACKED_LIMIT,
                memory=settings.FILE_MEMORY,
                step=lambda percent, words: None,
                checkpoint=lambda: None,
            )
        except Unreadable as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            return json.dumps(found, ensure_ascii=False)
        lines = [f"{each['confidence']:.2f}  {each['type']:<12} {each['title']}" for each in found["insights"]]
        head = f"{found['rows']:,} rows, {found['columns']} columns, {len(lines)} insights."
        return "\n".join([head, *lines])

"""`manage.py prune`: delete what is older or more than the settings keep. Beat does the same once an hour."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs import clock
from jobs.retention import prune


class Command(BaseCommand):
    help = "Delete old runs with their steps and logs, old uploaded files, and Celery's old results. Answers are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        clock.Clock.synchronise()
        deleted = prune(clock.now())
        if options["json"]:
            return json.dumps(deleted)
        runs, files, results = deleted["runs"], deleted["files"], deleted["task_results"]
        return f"Deleted {runs} runs, {files} files and {results} of Celery's results."

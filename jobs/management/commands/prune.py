"""`manage.py prune`: delete what is older or more than the settings keep. Beat does the same once an hour."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs import clock
from jobs.retention import prune


class Command(BaseCommand):
    help = (
        "Delete old runs with their steps and logs, old records of services, old files, alerts that are over, "
        "Celery's old results and, if the settings say so, the raw bodies of old answers. Answers and scores are kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        clock.Clock.synchronise()
        deleted = prune(clock.now())
        if options["json"]:
            return json.dumps(deleted)
        counts = (f"{number} {name.replace('_', ' ')}" for name, number in deleted.items())
        return f"Forgotten: {', '.join(counts)}."

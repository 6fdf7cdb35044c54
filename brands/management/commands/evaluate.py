import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from brands.corrected_cases import evaluation
from brands.management.commands.rescore import find_brand


class Command(BaseCommand):
    help = "Run the scorers on every place that a person has corrected, and say where they still disagree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brand", help="name or id; without it, all")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> str:
        found = evaluation(find_brand(options["brand"]) if options["brand"] else None)
        return json.dumps(found, ensure_ascii=False) if options["json"] else as_lines(found)


def as_lines(found: dict[str, Any]) -> str:
    lines = [f"The scorers agree with {found['agreeing']} of {found['cases']} corrections."]
    for each in found["disagreeing"]:
        about = f"{each['entity']}, “{each['words']}”" if each["words"] else each["entity"]
        lines.append(f"{about}: {each['author']} says {each['expected']}, the scorer {each['found']}.")
    return "\n".join(lines)

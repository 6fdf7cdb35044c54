import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brands.management.commands.score_text import read_text
from brands.sentiment.evaluation import evaluate, read_rows


class Command(BaseCommand):
    help = "Compare the sentiment scorer with labels that people gave. Uses no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="Lines of JSON: text, target, label, and perhaps start and end of the target.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = read_rows(read_text(options["file"]).split("\n"))
        except ValueError as error:
            raise CommandError(str(error)) from None
        if not rows:
            raise CommandError(f"There is no row in {options['file']}.")
        figures = evaluate(rows)
        self.stdout.write(json.dumps(figures) if options["json"] else as_lines(figures))


def as_lines(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['rows']} rows, {figures['rows_per_second']} a second",
        f"accuracy {figures['accuracy']:.3f}, macro F1 {figures['macro_f1']:.3f}",
        f"abstained {figures['share_abstained']:.1%} (an abstention counts as {figures['abstained_counts_as']} here)",
    ]
    for label, of_label in figures["labels"].items():
        lines.append(f"{label:<9} precision {of_label['precision']:.3f}  recall {of_label['recall']:.3f}")
    return "\n".join(lines)

import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brands.management.commands.score_text import read_text
from brands.sentiment.choice import default_judge, trained_judge
from brands.sentiment.evaluation import evaluate, read_rows
from brands.sentiment.judge import Judge
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.trained_model import Unusable

JUDGES: dict[str, Callable[[], Judge]] = {"default": default_judge, "trained": trained_judge, "lexicon": LexiconJudge}


class Command(BaseCommand):
    help = "Compare a sentiment judge with labels that people gave. Uses no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="Lines of JSON: text, target, label, and perhaps start and end of the target.")
        parser.add_argument("--judge", choices=JUDGES, default="default", help="Whom to compare.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = read_rows(read_text(options["file"]).split("\n"))
        except ValueError as error:
            raise CommandError(str(error)) from None
        if not rows:
            raise CommandError(f"There is no row in {options['file']}.")
        figures = evaluate(rows, _judge(options["judge"]))
        self.stdout.write(json.dumps(figures) if options["json"] else as_lines(figures))


def _judge(name: str) -> Judge:
    try:
        return JUDGES[name]()
    except Unusable as reason:
        raise CommandError(f"The trained judge cannot be used: {reason}") from None


def as_lines(figures: dict[str, Any]) -> str:
    answered, surest = figures["answered"], figures["surest_nine_tenths"]
    lines = [
        f"{figures['judge']}: {figures['rows']} rows, {figures['rows_per_second']} a second",
        f"accuracy {figures['accuracy']:.3f}, macro F1 {figures['macro_f1']:.3f} "
        "(where the judge abstains, the label that it leans to counts)",
        f"abstained {figures['share_abstained']:.1%}; macro F1 of the rest {answered['macro_f1']:.3f}, "
        f"of the nine tenths that it is surest of {surest['macro_f1']:.3f}",
    ]
    for label, of_label in figures["labels"].items():
        lines.append(f"{label:<9} precision {of_label['precision']:.3f}  recall {of_label['recall']:.3f}")
    return "\n".join(lines)

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from brands.models import Brand
from brands.rescoring import Comparison, apply, compare, rescore
from brands.score_changes import Difference

SHOWN = 40


class Command(BaseCommand):
    help = "Score a brand's answers anew, with the names and scorers of now, and show what changes before it counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brand", required=True, help="name or id")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")
        choice.add_argument("--apply", action="store_true", help="let the new scores count at once")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> str:
        brand = find_brand(options["brand"])
        if options["dry_run"]:
            found, state = compare(brand, keep=False), "dry run: nothing was written"
        else:
            made = rescore(brand, "command line")
            if options["apply"]:
                apply(made)
            made.refresh_from_db()
            differences = [Difference(**each) for each in made.differences]
            found, state = Comparison(made.answers, made.counts, differences), made.state
        report = {"brand": brand.name, "state": state, "answers": found.answers, "counts": dict(found.counts)}
        report["differences"] = [{name: getattr(each, name) for name in each.__slots__} for each in found.differences]
        return json.dumps(report, ensure_ascii=False) if options["json"] else as_lines(report)


def find_brand(name: str) -> Brand:
    """By id or by name, where only one customer has it."""
    try:
        found = list(Brand.objects.filter(pk=name))
    except ValidationError:
        found = list(Brand.objects.filter(name__iexact=name))
    if len(found) == 1:
        return found[0]
    raise CommandError(
        f"{len(found)} customers have a brand “{name}”. Give its id." if found else f"There is no brand “{name}”."
    )


def as_lines(report: dict[str, Any]) -> str:
    lines = [f"{report['brand']}: {report['answers']} answers scored anew; {report['state']}."]
    lines += [f"{number:6} × {kind}" for kind, number in sorted(report["counts"].items())] or ["Nothing changes."]
    for each in report["differences"][:SHOWN]:
        said = f"{each['was'] or '–'} → {each['now'] or '–'}"
        lines.append(f"{each['entity']}, {each['collector']}: {each['kind']}: {said} ({each['why']})")
    left = sum(report["counts"].values()) - len(report["differences"][:SHOWN])
    return "\n".join([*lines, *([f"and {left} more"] if left > 0 else [])])

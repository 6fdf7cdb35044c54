import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brands.matching import AnswerText, Entity
from brands.scoring_report import scoring_report

_COLUMNS = ("name", "kind", "mention_count", "first_position", "rank", "visibility_index", "share_of_answers")
_HEADS = ("Name", "Kind", "Mentions", "First word", "Rank", "Visibility", "Share %", "Sentiment")


class Command(BaseCommand):
    help = "Score a text: who is named in it, how often, where, and how it speaks of them. Uses no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="The text, UTF-8; - (the default) reads standard input."
        )
        parser.add_argument("--brand", required=True, help="The brand's name.")
        parser.add_argument("--alias", action="append", default=[], help="Another name of the brand.")
        parser.add_argument("--domain", action="append", default=[], help="A domain of the brand.")
        parser.add_argument("--competitor", action="append", default=[], metavar="NAME=ALIAS|ALIAS")
        parser.add_argument("--question", default="", help="What was asked: its echo in the text is not counted.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        entities = entities_from(options["brand"], options["alias"], options["domain"], options["competitor"])
        report = scoring_report(AnswerText(read_text(options["file"]), options["question"]), entities)
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else as_table(report))


def read_text(file: str) -> str:
    """What is no UTF-8 in it becomes U+FFFD."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"The file {file} cannot be read: {error.strerror or error}.") from None
    return data.decode("utf-8", "replace")


def entities_from(brand: str, aliases: list[str], domains: list[str], competitors: list[str]) -> list[Entity]:
    entities = [_entity("brand", brand, aliases, domains)]
    for index, competitor in enumerate(competitors, 1):
        name, _, others = competitor.partition("=")
        entities.append(_entity(f"competitor-{index}", name, others.split("|"), []))
    return entities


def _entity(key: str, name: str, aliases: list[str], domains: list[str]) -> Entity:
    if not any(char.isalnum() for char in name):
        raise CommandError(f"The name of the {key.partition('-')[0]} is empty: {name!r}.")
    others = tuple(alias.strip() for alias in aliases if alias.strip())
    return Entity(key, name.strip(), "brand" if key == "brand" else "competitor", others, tuple(domains))


def as_table(report: dict[str, Any]) -> str:
    rows = [_HEADS, *(_cells(entity) for entity in report["entities"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((*lines, "", f"{report['word_count']} words, scored by {report['scorer_version']}"))


def _cells(entity: dict[str, Any]) -> tuple[str, ...]:
    values = [entity[column] for column in _COLUMNS]
    sentiment = entity["sentiment"]
    said = "–" if sentiment is None else sentiment["label"]
    if sentiment and sentiment["score"] is not None:
        said += f" {sentiment['score']:+.2f}"
    return (*(_cell(value) for value in values), said)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)

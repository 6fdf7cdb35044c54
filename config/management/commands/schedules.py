"""`manage.py schedules export | plan | apply FILE.yaml`: customers, brands and jobs as a file under version control."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import schedule_entries, schedule_file, schedule_sync
from config.schedule_sync import Change

SIGNS = {"created": "+", "changed": "~", "deleted": "-"}


class Command(BaseCommand):
    help = (
        "Customers, brands with their competitors, topics and queries, and jobs with their policies in a YAML file. "
        "export writes it, plan says what apply would do, apply does it in one transaction. "
        "The exit code is 1 where the file is wrong; of plan with --exit-code it is 2 where something would change."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=("export", "plan", "apply"))
        parser.add_argument("file", metavar="FILE.yaml", help="- is standard input or output")
        parser.add_argument("--prune", action="store_true", help="delete what is not in the file's lists")
        parser.add_argument("--exit-code", action="store_true", help="plan ends with 2 where something would change")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        if options["verb"] == "export":
            self._export(options["file"], as_json=options["json"])
            return
        try:
            document = schedule_file.load(_read(options["file"]))
            do = schedule_sync.plan if options["verb"] == "plan" else schedule_sync.apply
            changes = do(document, prune=options["prune"])
        except schedule_file.FileProblem as problem:
            raise CommandError(
                f"{options['file']}, {problem}" if problem.line else f"{options['file']}: {problem}"
            ) from None
        self.stdout.write(_as_json(changes) if options["json"] else _in_words(changes, options["verb"]))
        if changes and options["verb"] == "plan" and options["exit_code"]:
            sys.exit(2)

    def _export(self, file: str, *, as_json: bool) -> None:
        content = schedule_entries.everything()
        if file == "-":
            text = json.dumps(content, ensure_ascii=False) + "\n" if as_json else schedule_file.dump(content)
            self.stdout.write(text, ending="")
            return
        _write(file, schedule_file.dump(content))
        counts = {kind: len(rows) for kind, rows in content.items()}
        words = f"{counts['customers']} customers and {counts['jobs']} jobs are in {file}."
        self.stdout.write(json.dumps({"file": file, **counts}) if as_json else words)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text()
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8.") from None
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror or error}.") from None


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from None


def _as_json(changes: list[Change]) -> str:
    found: dict[str, list[Any]] = {action: [] for action in SIGNS}
    for change in changes:
        found[change.action].append(change.as_json())
    return json.dumps(found, ensure_ascii=False, default=str)


def _in_words(changes: list[Change], verb: str) -> str:
    lines = [line for change in changes for line in _lines(change)]
    counts = Counter(change.action for change in changes)
    counted = ", ".join(f"{counts[action]} {action}" for action in SIGNS if counts[action])
    if not counted:
        return "The database agrees with the file."
    return "\n".join([*lines, f"{counted}." if verb == "apply" else f"apply would do this: {counted}."])


def _lines(change: Change) -> list[str]:
    answers = f" with {change.answers} answers" if change.answers else ""
    fields = [f"    {name}: {_value(old)} → {_value(new)}" for name, (old, new) in change.fields.items()]
    return [f"{SIGNS[change.action]} {change.kind} “{change.name}”{answers}", *fields]


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

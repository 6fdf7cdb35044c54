"""`manage.py doctor`: is everything there that jobs need, and what to do where it is not."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.doctor import FAIL, WARN, Finding, examine


class Command(BaseCommand):
    help = (
        "Look at settings, disk, broker, database, clock, keys, migrations, schedulers, workers, schedules and runs. "
        "The exit code is 1 where something fails; a warning alone leaves it 0."
    )
    requires_system_checks = []  # they are among what is looked at

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        findings = []
        for finding in examine():
            findings.append(finding)
            if not options["json"]:
                self._say(finding)
        failed = any(finding.state == FAIL for finding in findings)
        if options["json"]:
            rows = [finding.as_json() for finding in findings]
            self.stdout.write(json.dumps({"ok": not failed, "findings": rows}, ensure_ascii=False))
        if failed:
            sys.exit(1)

    def _say(self, finding: Finding) -> None:
        style = {FAIL: self.style.ERROR, WARN: self.style.WARNING}.get(finding.state, self.style.SUCCESS)
        self.stdout.write(f"{style(f'{finding.state:<4}')}  {finding.check:<10}  {finding.found}")
        if finding.do:
            self.stdout.write(f"{'':<18}→ {finding.do}")

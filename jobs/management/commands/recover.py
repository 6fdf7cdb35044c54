"""`manage.py recover`: what beat does every few seconds, once and now, for when no beat runs."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs import clock
from jobs.limits import call_all
from jobs.models import JobRun
from jobs.recovery import republish, rescue, resend_lost


class Command(BaseCommand):
    help = (
        "Take back the runs whose worker went silent and send the messages that are missing. "
        "The exit code is 1 where the broker did not take a message that is due."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        clock.Clock.synchronise()
        now = clock.now()
        rescued = rescue(now)
        sent = republish(clock.now()) + resend_lost(now) + call_all()
        unsent = JobRun.objects.unpublished(clock.now()).count()
        found = {"rescued": [str(run.pk) for run in rescued], "sent": sent, "unsent": unsent}
        self.stdout.write(
            json.dumps(found)
            if options["json"]
            else f"Took back {len(rescued)} runs, sent {sent} messages, {unsent} runs wait for the broker."
        )
        if unsent:
            sys.exit(1)

"""`manage.py retry_runs`: run again, from history, what ended badly; each run does only what it is missing."""

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from jobs import clock
from jobs.dispatch import retry
from jobs.errors import AnotherRunIsOpen, InvalidTransition, StaleRun
from jobs.models import JobRun
from jobs.status import RETRYABLE, RunStatus

DEFAULT = (RunStatus.FAILED, RunStatus.TIMED_OUT)
BY = "command line"


class Command(BaseCommand):
    help = "Retry runs, by id or by job and status. The exit code is 1 where one of them could not be retried."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("runs", nargs="*", metavar="RUN", help="ids of runs; without any, see the options")
        parser.add_argument("--job", metavar="NAME", help="only runs of the job of that name")
        parser.add_argument(
            "--status", action="append", choices=sorted(RETRYABLE), help="may be repeated (failed and timed_out)"
        )
        parser.add_argument("--hours", type=float, default=24, metavar="H", help="that ended in the last H hours (24)")
        parser.add_argument("--dry-run", action="store_true", help="say which, and retry none")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        clock.Clock.synchronise()
        runs = _by_id(options["runs"]) if options["runs"] else list(_found(options))
        rows = [_retried(run, options["dry_run"]) for run in runs]
        self.stdout.write(json.dumps(rows) if options["json"] else _in_words(rows))
        if any(row["error"] for row in rows):
            sys.exit(1)


def _by_id(ids: list[str]) -> list[JobRun]:
    try:
        found = JobRun.objects.in_bulk([UUID(text) for text in ids])
    except ValueError:
        raise CommandError("A run's id looks like 8a0f1c1e-53e5-4f9c-9b1f-0a3b7f1f6d11.") from None
    missing = [text for text in ids if UUID(text) not in found]
    if missing:
        raise CommandError(f"There is no run {', '.join(missing)}.")
    return list(found.values())


def _found(options: dict[str, Any]) -> QuerySet[JobRun]:
    since = clock.now() - timedelta(hours=options["hours"])
    runs = JobRun.objects.filter(status__in=options["status"] or DEFAULT, finished_at__gte=since)
    return (runs.filter(job_name=options["job"]) if options["job"] else runs).order_by("finished_at")


def _retried(run: JobRun, is_dry: bool) -> dict[str, str]:
    row = {"id": str(run.pk), "job": run.job_name, "was": run.status, "error": ""}
    try:
        if not is_dry:
            retry(run, BY)
    except (AnotherRunIsOpen, InvalidTransition, StaleRun) as error:
        row["error"] = str(error)
    return row


def _in_words(rows: list[dict[str, str]]) -> str:
    lines = [f"{row['id']}  {row['job']} (was {row['was']})  {row['error']}".rstrip() for row in rows]
    return "\n".join(lines) or "There is nothing to retry."

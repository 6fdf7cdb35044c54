"""`manage.py run_job JOB`: trigger a scheduled job by name or id, and wait for the run if asked to."""

import json
import sys
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from jobs.alarms import of_run
from jobs.dispatch import Triggered, trigger
from jobs.errors import InvalidOptions
from jobs.estimate import EstimateLine, dollars
from jobs.forecast import cost_as_json, forecast, obstacles_of
from jobs.management.naming import find_job
from jobs.models import JobRun, ScheduledJob
from jobs.status import RunStatus

LOOK = 0.2  # seconds between two looks at the run
GOOD = (RunStatus.COMPLETED, RunStatus.PARTIAL)


class Command(BaseCommand):
    help = "Run a scheduled job now. With --wait, the exit code is 0 only if the run ends as completed or partial."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", metavar="JOB", help="its name or its id")
        parser.add_argument("--wait", action="store_true", help="wait until the run has ended, and show its progress")
        parser.add_argument("--dry-run", action="store_true", help="say what it would ask for and cost; run nothing")
        parser.add_argument("--json", action="store_true", help="print the run as JSON")

    def handle(self, **options: Any) -> None:
        job = find_job(options["job"])
        if options["dry_run"]:
            self.stdout.write(_preview(job, as_json=options["json"]))
            return
        try:
            triggered = trigger(job)
        except InvalidOptions as error:
            raise CommandError(f"Its options do not hold any more. {error}") from None
        run = triggered.run
        if options["wait"]:
            run = _wait(run)
        self.stdout.write(json.dumps(_as_json(run)) if options["json"] else _in_words(run, triggered))
        if options["wait"] and run.status not in GOOD:
            sys.exit(1)


def _preview(job: ScheduledJob, *, as_json: bool) -> str:
    cost, in_the_way = forecast(job), obstacles_of(job)
    if as_json:
        return json.dumps({"obstacles": in_the_way, "cost": cost_as_json(cost)})
    lines = [cost.in_words if cost else "It costs nothing."]
    lines += (
        [f"  {line.name}: {line.calls} calls, {_usd(line)} ({line.basis})" for line in cost.run.lines] if cost else []
    )
    return "\n".join([*lines, *(f"In the way: {sentence}" for sentence in in_the_way)])


def _usd(line: EstimateLine) -> str:
    return "price not known" if line.usd is None else dollars(line.usd)


def _wait(run: JobRun) -> JobRun:
    """Look at the run until it has ended; on standard error its log, and on a terminal a bar with the time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(run.job_name, total=None, left="")
        seen, warned = 0, ""
        while True:
            is_open = run.is_open
            warning = of_run(run) if run.status == RunStatus.PENDING else ""
            if warning != warned:
                bar.console.print(Text(warning or "A worker is there now."), soft_wrap=True)
                warned = warning
            for line in run.log.filter(pk__gt=seen):
                bar.console.print(Text(str(line)), soft_wrap=True)
                seen = line.pk
            if not is_open:
                return run
            words = f"{run.job_name}: {run.status}"
            bar.update(task, description=words, completed=run.done, total=run.total or None, left=_left(run))
            time.sleep(LOOK)
            run.refresh_from_db()


def _left(run: JobRun) -> str:
    if run.expected_at is None:
        return ""
    return f"{max(run.expected_at - timezone.now(), timedelta()).total_seconds():.0f} s left"


def _as_json(run: JobRun) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "job": run.job_name,
        "status": run.status,
        "reason": run.reason,
        "warning": of_run(run),
        "attempt": run.attempt,
        "metrics": run.metrics,
    }


def _in_words(run: JobRun, triggered: Triggered) -> str:
    found = "" if triggered.created else " (it was open already, so no second one was made)"
    return f"Run {run.pk} is {run.status}{found}. {run.reason} {of_run(run)}".rstrip()

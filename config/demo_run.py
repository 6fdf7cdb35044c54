"""The demo's job: made due, watched until its run has ended, and shown as a table."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from io import StringIO

from django.core.management import call_command
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from brands.models import Brand
from brands.results import DEFINITIONS, CollectorResult, by_collector
from brands.statistics import Interval
from config import processes
from config.processes import Process, StartError
from jobs.models import JobRun, ScheduledJob
from jobs.status import RunStatus

RUN_SECONDS = 180
WIDTH_OF_A_PIPE = 120

console = Console(markup=False, highlight=False)
if not console.is_terminal:
    console = Console(markup=False, highlight=False, width=WIDTH_OF_A_PIPE)


def refuse_beside_other_jobs() -> None:
    """The demo's worker takes whatever is due, and real questions shall not get sample answers."""
    others = ScheduledJob.objects.filter(enabled=True).exclude(owner__is_sample=True).count()
    if others:
        raise StartError(
            f"This database has {others} scheduled job{'s' if others > 1 else ''} of its own, and the demo would give "
            "sample answers to their questions. Give it another folder: DATA_DIR=var/demo make demo"
        )


@contextlib.contextmanager
def job_that_is_due() -> Iterator[ScheduledJob]:
    """The sample job, switched on and due; off again afterwards, when the sample engines are gone."""
    for run in JobRun.objects.open().filter(owner__is_sample=True):  # of a demo that was killed
        run.cancel("the demo")
    said = StringIO()
    call_command("seed_demo", json=True, stdout=said)
    jobs = ScheduledJob.objects.filter(uuid=json.loads(said.getvalue())["scheduled_job_id"])
    job = jobs.get()
    jobs.update(enabled=True, next_run_at=job.start_time)  # an earlier demo has switched it off
    try:
        yield job
    finally:
        jobs.update(enabled=False, next_run_at=None)


def watch(job: ScheduledJob, working: list[Process]) -> JobRun:
    """Show the progress of the run that beat dispatches, and return it when it has ended."""
    deadline = time.monotonic() + RUN_SECONDS
    with _progress() as show:
        while time.monotonic() < deadline:
            run = job.runs.filter(scheduled_for=job.start_time).first()
            if run is not None:
                show(run)
                if not run.is_open:
                    return run
            for process in working:
                if not processes.is_up(process):
                    raise StartError(f"The {process.name} ended. {processes.log_tail(process)}")
            time.sleep(0.1)
    tails = "\n".join(processes.log_tail(process) for process in working)
    raise StartError(f"No run has ended within {RUN_SECONDS} seconds. {tails}")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[JobRun], None]]:
    """A bar in a terminal, a line for each change in a pipe."""
    if not console.is_terminal:
        seen: list[str] = []

        def print_change(run: JobRun) -> None:
            line = f"Run {run.status}: {run.done} of {run.total}" if run.total else f"Run {run.status}"
            if line not in seen:
                seen.append(line)
                console.print(line)

        yield print_change
        return
    columns = (TextColumn("Run {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("waits for beat", total=None)
        yield lambda run: bar.update(task, description=run.status, completed=run.done, total=run.total or None)


def show(run: JobRun) -> None:
    """The run's results for each collector, with what the numbers mean."""
    brand = Brand.objects.get(pk=str(run.subject_id))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    table.add_column("Collector", no_wrap=True)
    for heading in ("Answers\nreceived", "Visibility", "Share of\nvoice", "First\nposition", "Sentiment"):
        table.add_column(heading, justify="right")
    table.add_column("Top cited\ndomains", no_wrap=True)
    for result in by_collector(brand, run):
        table.add_row(*_row(result))
    console.print(f"\n{brand} in AI answers (sample data)\n")
    console.print(table)
    for name, definition in DEFINITIONS.items():
        console.print(f"{name}: {definition}", style="dim")


def _row(result: CollectorResult) -> tuple[str, ...]:
    domains = (f"{domain} {number}" for domain, number, *_ in result.top_domains[:3])
    return (
        result.collector,
        f"{result.answered}/{result.requested}",
        _rate(result.visibility, result.brand.visibility_interval),
        _rate(result.share_of_voice, result.brand.share_interval),
        _shown(result.first_position, "{:.0f}"),
        _shown(result.sentiment, "{:+.2f}"),
        "\n".join(domains) or "–",
    )


def _rate(value: float | None, interval: Interval | None) -> str:
    """With its interval on the next line, so that the table stays within 80 columns."""
    return _shown(value, "{:.0%}") + (f"\n({100 * interval.low:.0f}–{interval.high:.0%})" if interval else "")


def _shown(figure: float | None, form: str) -> str:
    return "–" if figure is None else form.format(figure)


def conclude(run: JobRun, worker: Process) -> int:
    """Say how it ended and what to do next; the exit code."""
    if run.status != RunStatus.COMPLETED:
        console.print(f"\nThe run ended as {run.status}: {run.reason} {processes.log_tail(worker)}", soft_wrap=True)
        return 1
    seconds = run.duration.total_seconds() if run.duration else 0
    console.print(f"\nThe run was dispatched by beat and took {seconds:.1f} seconds. Everything is stopped again.")
    console.print("See each answer and its evidence in the admin: make up prints its address and the first login.")
    return 0

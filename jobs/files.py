"""Runs that analyse files, started by people."""

from typing import Any

from django.db import transaction

from jobs.dispatch import Triggered, run_for_owner, run_name
from jobs.forecast import Forecast, estimate
from jobs.models import JobRun, UploadedFile
from jobs.status import RunStatus

JOB_TYPE = "file_analysis"


def analyse(file: UploadedFile, user: Any = None) -> Triggered:
    """Analyse the file now. A run of it that is open is returned, not doubled; insights of before stay until then."""
    with transaction.atomic():
        # The lock makes two such calls wait for each other.
        file = UploadedFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if file.run is not None and file.run.is_open:
            return Triggered(file.run, created=False)
        run = _run(file, file.owner, [file], user)
        UploadedFile.objects.filter(pk=file.pk).update(run=run, analysed_at=None, problem="")
    return Triggered(run, created=True)


def analyse_new(owner: Any, user: Any = None) -> Triggered | None:
    """Analyse all new files of an owner in one run, oldest first; None where there is none."""
    with transaction.atomic():
        new = UploadedFile.objects.select_for_update(of=("self",)).filter(owner=owner).new().order_by("created_at")
        files = [file for file in new if file.run is None or not file.run.is_open]
        if not files:
            return None
        run = _run(owner, owner, files, user)
        UploadedFile.objects.filter(pk__in=[file.pk for file in files]).update(run=run)
    return Triggered(run, created=True)


def _run(about: Any, owner: Any, files: list[UploadedFile], user: Any) -> JobRun:
    options = {"files": [str(file.pk) for file in files]}
    return run_for_owner(JOB_TYPE, owner, options, user, name=run_name(JOB_TYPE, about)).run


def expected() -> Forecast | None:
    """What the analysis of one file will cost; None where it costs nothing."""
    cost = estimate(JOB_TYPE, None, {})
    return None if cost is None else Forecast(cost, runs_a_month=0)


def place_in_line(run: JobRun | None) -> int | None:
    """Which of its owner's pending runs it is, 1 for the next; None where it does not wait. Others are not counted."""
    if run is None or run.status != RunStatus.PENDING:
        return None
    pending = JobRun.objects.filter(status=RunStatus.PENDING, owner_id=run.owner_id, queue=run.queue)
    before = pending.filter(priority=run.priority, created_at__lt=run.created_at)
    return pending.filter(priority__lt=run.priority).count() + before.count() + 1

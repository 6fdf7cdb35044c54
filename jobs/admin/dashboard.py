"""The engine's part of the start page. It shows what the lists show to the same user, and no more."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from jobs.admin.labels import field_title, length, next_run, page_of, site_moment, status_label
from jobs.alarms import Watch
from jobs.models import JobRun, ScheduledJob, Worker
from jobs.status import OPEN, RunStatus

RECENT = 10
COMING = 5
DAY = timedelta(hours=24)
FAILED = {RunStatus.FAILED, RunStatus.TIMED_OUT}


def panel(request: HttpRequest) -> dict[str, Any]:
    """Context for `jobs/dashboard.html`."""
    watch = Watch()
    runs = visible(request, JobRun)
    jobs = visible(request, ScheduledJob)
    return {
        "alarms": list(watch.of_platform()),
        "tiles": [
            *(_job_tiles(jobs) if may_see(request, ScheduledJob) else []),
            *(_run_tiles(runs) if may_see(request, JobRun) else []),
            *(_worker_tiles(len(watch.workers), len(watch.beats)) if may_see(request, Worker) else []),
        ],
        "runs": _runs(runs) if may_see(request, JobRun) else None,
        "jobs": _jobs(request, jobs) if may_see(request, ScheduledJob) else None,
        "subject_title": field_title(JobRun, "subject"),
    }


def may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site._registry[model].has_view_permission(request)


def visible(request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
    """The rows that the model's list shows to this user."""
    rows = admin.site._registry[model].get_queryset(request)
    return rows if may_see(request, model) else rows.none()


def _runs(runs: QuerySet[JobRun]) -> dict[str, Any]:
    failed = runs.filter(status__in=FAILED, created_at__gte=timezone.now() - DAY)
    return {
        "recent": [_row(run) for run in runs.order_by("-created_at")[:RECENT]],
        "failed": [_row(run) for run in failed.order_by("-created_at")[:COMING]],
    }


def _jobs(request: HttpRequest, jobs: QuerySet[ScheduledJob]) -> dict[str, Any]:
    coming = jobs.filter(enabled=True, next_run_at__isnull=False).order_by("next_run_at")[:COMING]
    return {
        "coming": [{"job": job, "url": page_of(job), "moment": next_run(job)} for job in coming],
        "exist": jobs.exists(),
        "may_add": admin.site._registry[ScheduledJob].has_add_permission(request),
    }


def _job_tiles(jobs: QuerySet[ScheduledJob]) -> list[dict[str, Any]]:
    active = jobs.filter(enabled=True).count()
    return [_tile("Active scheduled jobs", active, reverse("admin:jobs_scheduledjob_changelist"))]


def _run_tiles(runs: QuerySet[JobRun]) -> list[dict[str, Any]]:
    day = Q(created_at__gte=timezone.now() - DAY)
    counts = runs.order_by().aggregate(
        open=Count("pk", filter=Q(status__in=OPEN)),
        day=Count("pk", filter=day),
        failed=Count("pk", filter=day & Q(status__in=FAILED)),
    )
    url = reverse("admin:jobs_jobrun_changelist")
    return [
        _tile("Open job runs", counts["open"], url),
        _tile("Job runs in 24 h", counts["day"], url),
        _tile("Failed in 24 h", counts["failed"], f"{url}?status__exact=failed", is_bad=bool(counts["failed"])),
    ]


def _worker_tiles(workers: int, beats: int) -> list[dict[str, Any]]:
    url = reverse("admin:jobs_worker_changelist")
    return [
        _tile("Workers alive", workers, url, is_bad=not workers),
        _tile("Schedulers alive", beats, url, is_bad=not beats),
    ]


def _tile(label: str, value: int, url: str, *, is_bad: bool = False) -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "tone": "danger" if is_bad else ""}


def _row(run: JobRun) -> dict[str, Any]:
    return {
        "run": run,
        "url": page_of(run),
        "label": status_label(run.status, page_of(run)),
        "started": site_moment(run.started_at or run.created_at),
        "duration": length(run.duration),
    }

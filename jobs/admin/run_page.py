"""The page of one run: what became of it, why, and what can be done now."""

import json
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jobs.access import Right, may
from jobs.admin.base import JobsAdmin
from jobs.admin.labels import field_title, length, page_of, site_moment, status_label, type_label
from jobs.admin.run_log import log_facts
from jobs.admin.values import entries
from jobs.alarms import of_run
from jobs.dispatch import can_run_again, retry
from jobs.errors import AnotherRunIsOpen, InvalidTransition, StaleRun
from jobs.models import JobRun, RunEvent
from jobs.models.limit import key_in_words
from jobs.status import OPEN, RETRYABLE, RunStatus, Trigger


def show(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    run = model_admin.get_object(request, object_id)
    if not model_admin.has_view_permission(request, run):
        raise PermissionDenied
    if run is None:
        return model_admin.gone(request, object_id)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(run),
        "opts": model_admin.opts,
        "original": run,
        "run": run,
        **facts(run),
        **log_facts(run, request.GET),
        **links(run, request.user),
        **buttons(run, request.user),
    }
    return TemplateResponse(request, "admin/jobs/run/page.html", context)


def facts(run: JobRun) -> dict[str, Any]:
    metrics = entries(run.metrics)
    return {
        "label": status_label(run.status),
        "status_template": f"admin/jobs/run/status/{run.status}.html",
        "type_label": type_label(run.job_type),
        "subject_title": field_title(JobRun, "subject"),
        "trigger": trigger_in_words(run),
        "scheduled_for": site_moment(run.scheduled_for),
        "started": site_moment(run.started_at),
        "finished": site_moment(run.finished_at),
        "waits_for": key_in_words(run.waits_for) if run.waits_for else "",
        "alarm": of_run(run),
        "available": site_moment(run.available_at),
        "lease": site_moment(run.lease_expires_at),
        "is_waiting": run.available_at > timezone.now(),
        "duration": length(run.duration),
        "percent": min(100, 100 * run.done // run.total) if run.total else 0,
        "numbers": [entry for entry in metrics if not entry.rows],
        "tables": [entry for entry in metrics if entry.rows],
        "options": entries(run.options),
        "options_json": json.dumps(run.options, ensure_ascii=False, indent=2),
        "schedule": entries({key: value for key, value in run.schedule.items() if value}),
        "events": [_step(event) for event in run.events.all()],
        "time_left": time_left(run),
    }


def time_left(run: JobRun) -> str:
    """How long it will take at the pace so far; "" where that is not known."""
    if run.expected_at is None or run.status != RunStatus.PROCESSING:
        return ""
    return length(max(run.expected_at - timezone.now(), timedelta(seconds=1)))


def links(run: JobRun, user: Any) -> dict[str, str]:
    return {
        "job_url": page_of(run.scheduled_job) if run.scheduled_job else "",
        "subject_url": page_of(run.subject) if run.subject else "",
        "answers_url": _list_url("brands_answer", f"run__id__exact={run.pk}"),
        "result_url": _result_url(run.task_id) if user.is_superuser else "",
    }


def buttons(run: JobRun, user: Any) -> dict[str, bool]:
    writes = may(user, Right.WRITE, run.owner_id)
    return {
        "may_retry": run.status in RETRYABLE and writes,
        "may_cancel": run.status in OPEN and writes,
        "may_run_again": not run.is_open and can_run_again(run) and writes,
    }


def trigger_in_words(run: JobRun) -> str:
    if run.trigger == Trigger.SCHEDULE:
        return "schedule"
    return f"manual, {run.triggered_by}" if run.triggered_by else "manual"


def retry_run(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    def do(run: JobRun) -> str:
        retry(run, str(request.user))
        return "The run is pending again. It does only what is missing."

    return require_POST(_act)(request, model_admin, object_id, do)


def cancel_run(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    def do(run: JobRun) -> str:
        was_processing = run.status == RunStatus.PROCESSING
        run.cancel(by=str(request.user))
        return "The run is cancelled." + (" Its worker stops within seconds." if was_processing else "")

    return require_POST(_act)(request, model_admin, object_id, do)


def _act(request: HttpRequest, model_admin: JobsAdmin, object_id: str, do: Any) -> HttpResponse:
    run = model_admin.get_object(request, object_id)
    if run is None:
        return model_admin.gone(request, object_id)
    if not may(request.user, Right.WRITE, run.owner_id):
        raise PermissionDenied
    try:
        words, level = do(run), messages.SUCCESS
    except (InvalidTransition, StaleRun, AnotherRunIsOpen) as error:
        words, level = str(error), messages.ERROR
    else:
        model_admin.log_change(request, run, words)
    model_admin.message_user(request, words, level)
    return HttpResponseRedirect(reverse("admin:jobs_jobrun_change", args=[run.pk]))


def _step(event: RunEvent) -> dict[str, Any]:
    return {"label": status_label(event.to_status, is_past=True), "moment": site_moment(event.at), "event": event}


def _list_url(name: str, query: str) -> str:
    try:
        return f"{reverse(f'admin:{name}_changelist')}?{query}"
    except NoReverseMatch:
        return ""


def _result_url(task_id: str) -> str:
    """Celery's own record of the last attempt, which it keeps only where the run could not say how it ended."""
    if not task_id:
        return ""
    result = apps.get_model("django_celery_results", "TaskResult").objects.filter(task_id=task_id).first()
    return page_of(result) if result else ""

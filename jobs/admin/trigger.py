"""The page that asks before a job is triggered, and what it does."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from jobs.admin.base import JobsAdmin
from jobs.admin.labels import field_title, page_of, type_label
from jobs.admin.values import entries
from jobs.dispatch import trigger
from jobs.forecast import forecast, obstacles_of
from jobs.models import ScheduledJob


def trigger_view(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET says what would run, POST runs it. Whoever may change the job may trigger it."""
    job = model_admin.get_object(request, object_id)
    if job is None:
        return model_admin.gone(request, object_id)
    if request.method == "POST":
        return _trigger(model_admin, request, job)
    return TemplateResponse(
        request,
        "admin/jobs/scheduledjob/trigger.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": f"Trigger {job.name}",
            "opts": model_admin.opts,
            "original": job,
            "job": job,
            "job_url": page_of(job),
            "type_label": type_label(job.job_type),
            "subject_title": field_title(ScheduledJob, "subject"),
            "options": entries(job.options),
            "obstacles": obstacles_of(job),
            "cost": forecast(job),
            "open_run": job.runs.open().first(),
        },
    )


def _trigger(model_admin: JobsAdmin, request: HttpRequest, job: ScheduledJob) -> HttpResponse:
    triggered = trigger(job, request.user)
    run_url = reverse("admin:jobs_jobrun_change", args=[triggered.run.pk])
    if triggered.created:
        model_admin.log_change(request, job, "Triggered.")
        words, level = '“{}” was triggered: <a href="{}">see its job run</a>.', messages.SUCCESS
    else:
        words, level = '“{}” is running already: <a href="{}">see the open job run</a>.', messages.WARNING
    model_admin.message_user(request, format_html(words, job.name, run_url), level)
    return HttpResponseRedirect(run_url)

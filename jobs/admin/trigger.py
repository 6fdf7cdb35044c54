"""The page that asks before a job is triggered or a run is run again; its options can be changed for this once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from jobs.access import Right, may
from jobs.admin.base import JobsAdmin
from jobs.admin.labels import field_title, page_of, type_label
from jobs.admin.options_form import collected, option_fields, problems
from jobs.admin.values import entries
from jobs.alarms import Watch
from jobs.dispatch import Triggered, run_again, trigger
from jobs.errors import JobError
from jobs.forecast import forecast, obstacles_of
from jobs.job_type import JobType, job_types
from jobs.models import JobRun, ScheduledJob

SHOWN = "options_shown"  # says that the options in the request are those of a page that had them


class OptionsForm(forms.Form):
    job_type: type[JobType]  # these are set by Wanted.form
    owner_id: UUID | None
    options: dict[str, Any]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.options = collected(self.job_type.Options, self.cleaned_data)
        for field, sentence in problems(self.job_type.name, self.options, self.owner_id).items():
            if field not in self.errors:
                self.add_error(field or None, sentence)
        return cleaned


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is about: a job, or a run that is to be repeated."""

    row: ScheduledJob | JobRun
    name: str
    options: dict[str, Any]
    start: Callable[[dict[str, Any]], Triggered]
    job: ScheduledJob | None

    def form(self, data: Any = None) -> OptionsForm | None:
        if self.row.job_type not in job_types:
            return None
        job_type = job_types.get(self.row.job_type)
        fields = option_fields(job_type, self.options)
        cls = type("OptionsForm", (OptionsForm,), {**fields, "job_type": job_type, "owner_id": self.row.owner_id})
        form: OptionsForm = cls(data if data is not None and SHOWN in data else None)
        return form


def trigger_view(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET says what would run, POST runs it. Whoever may change the job may trigger it."""
    job = model_admin.get_object(request, object_id)
    if job is None:
        return model_admin.gone(request, object_id)
    start = lambda options: trigger(job, request.user, options=options)  # noqa: E731
    return _answer(model_admin, request, Wanted(job, job.name, job.options, start, job))


def again_view(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The same for a run of the past, with its options."""
    run = model_admin.get_object(request, object_id)
    if run is None:
        return model_admin.gone(request, object_id)
    if not may(request.user, Right.WRITE, run.owner_id):
        raise PermissionDenied
    start = lambda options: run_again(run, request.user, options=options)  # noqa: E731
    return _answer(model_admin, request, Wanted(run, run.job_name, run.options, start, run.scheduled_job))


def _answer(model_admin: JobsAdmin, request: HttpRequest, wanted: Wanted) -> HttpResponse:
    form = wanted.form(request.POST)
    if request.method == "POST" and (form is None or not form.is_bound or form.is_valid()):
        return _start(model_admin, request, wanted, form.options if form and form.is_bound else wanted.options)
    return TemplateResponse(
        request,
        "admin/jobs/scheduledjob/trigger.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": f"Trigger {wanted.name}",
            "opts": model_admin.opts,
            "original": wanted.row,
            "row": wanted.row,
            "name": wanted.name,
            "job": wanted.job,
            "row_url": page_of(wanted.row),
            "type_label": type_label(wanted.row.job_type),
            "subject_title": field_title(ScheduledJob, "subject"),
            "form": form,
            "shown": SHOWN,
            "options": entries(wanted.options),
            "obstacles": [*obstacles_of(wanted.row), *filter(None, [Watch().of_queue(wanted.row.queue)])],
            "cost": forecast(wanted.row),
            "open_run": wanted.job.runs.open().first() if wanted.job and wanted.job.overlap == "skip" else None,
        },
    )


def _start(model_admin: JobsAdmin, request: HttpRequest, wanted: Wanted, options: dict[str, Any]) -> HttpResponse:
    try:
        triggered = wanted.start(options)
    except JobError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(page_of(wanted.row))
    run_url = reverse("admin:jobs_jobrun_change", args=[triggered.run.pk])
    if triggered.created:
        model_admin.log_change(request, wanted.row, "Triggered.")
        words, level = '“{}” was triggered: <a href="{}">see its job run</a>.', messages.SUCCESS
    else:
        words, level = '“{}” is running already: <a href="{}">see the open job run</a>.', messages.WARNING
    model_admin.message_user(request, format_html(words, wanted.name, run_url), level)
    return HttpResponseRedirect(run_url)

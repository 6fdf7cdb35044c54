"""A job type is run for a subject from the subject's page, which posts to `admin:jobs_jobrun_now`."""

from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from jobs.access import Right, may, owner_id_of, scope
from jobs.dispatch import run_once
from jobs.errors import InvalidOptions
from jobs.job_type import job_types


def run_now_view(request: HttpRequest, job_type: str, subject_id: UUID) -> HttpResponse:
    model = apps.get_model(settings.JOBS_SUBJECT_MODEL)
    subject = scope(model._default_manager.all(), request.user, Right.RESULTS).filter(pk=subject_id).first()
    if subject is None or job_type not in job_types:
        raise Http404
    if not may(request.user, Right.WRITE, owner_id_of(subject)):
        raise PermissionDenied
    try:
        triggered = run_once(job_type, subject, user=request.user)
    except InvalidOptions as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:jobs_jobrun_changelist"))
    if triggered.created:
        messages.success(request, "The run was made. A worker begins as soon as one is free.")
    else:
        messages.warning(request, f"No second run was made: this one is {triggered.run.status}.")
    return HttpResponseRedirect(reverse("admin:jobs_jobrun_change", args=[triggered.run.pk]))

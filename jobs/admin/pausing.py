"""Pausing all schedules at once, and the banners of every page: that they are paused, and what is wrong."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.access import may_pause
from jobs.admin.alert import open_alerts
from jobs.models import Pause
from jobs.schedules import pause_all, resume_all


def banner(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; the database is asked only where a template asks."""
    if not _is_staff(request):
        return {}
    alerts = lambda: open_alerts(request)  # noqa: E731
    return {"jobs_pause": Pause.current, "jobs_may_pause": may_pause(request.user), "jobs_alerts": alerts}


def _is_staff(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "user", None), "is_staff", False))


@require_POST
def pause_view(request: HttpRequest) -> HttpResponse:
    if not may_pause(request.user):
        raise PermissionDenied
    if "resume" in request.POST:
        resume_all()
        messages.success(request, "Schedules start runs again.")
    else:
        pause_all(by=str(request.user), reason=request.POST.get("reason", "").strip()[:500])
        messages.warning(request, "All schedules are paused. Runs that are open go on, and jobs can be triggered.")
    return HttpResponseRedirect(reverse("admin:jobs_scheduledjob_changelist"))

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from jobs.access import ReadOnly
from jobs.admin import run_log, run_page
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import DayFilter, OwnerFilter, TypeFilter
from jobs.admin.labels import NOTHING, field_title, length, site_moment, status_label, type_label
from jobs.admin.run_now import run_now_view
from jobs.admin.trigger import again_view
from jobs.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(ReadOnly, JobsAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """History is read, never edited. What can be done with a run is on its page, for those whose role allows it."""

    list_display = (
        "job_cell",
        "subject_cell",
        "status_cell",
        "trigger_cell",
        "scheduled_cell",
        "started_cell",
        "duration_cell",
        "reason_cell",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        TypeFilter,
        ("trigger", ChoicesDropdownFilter),
        ("owner", OwnerFilter),
        ("created_at", DayFilter),
    )
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_select_related = ("subject", "triggered_by")
    search_fields = ("job_name", "reason", "subject__name")
    search_help_text = "Search for a job or a reason"
    actions = None
    list_before_template: str | None = "admin/jobs/run/list_note.html"  # type: ignore[assignment]

    class Media:
        js = ("jobs/live.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        now = require_POST(run_now_view)
        return [
            path("now/<str:job_type>/<uuid:subject_id>/", view(now), name="jobs_jobrun_now"),
            path("<path:object_id>/retry/", view(self.retry_view), name="jobs_jobrun_retry"),
            path("<path:object_id>/again/", view(self.again_view), name="jobs_jobrun_again"),
            path("<path:object_id>/log/", view(self.log_view), name="jobs_jobrun_log"),
            path("<path:object_id>/output/", view(self.output_view), name="jobs_jobrun_output"),
            path("<path:object_id>/cancel/", view(self.cancel_view), name="jobs_jobrun_cancel"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobRun]:
        runs: QuerySet[JobRun] = super().get_queryset(request)
        return runs.select_related("subject", "triggered_by", "scheduled_job")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return run_page.show(self, request, object_id)

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_page.retry_run(self, request, object_id)

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return again_view(self, request, object_id)

    def log_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_log.download_log(self, request, object_id)

    def output_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_log.download_output(self, request, object_id)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_page.cancel_run(self, request, object_id)

    @display(description="Job", ordering="job_name")
    def job_cell(self, run: JobRun) -> SafeString:
        return format_html('<span class="job-pair">{}<small>{}</small></span>', run.job_name, type_label(run.job_type))

    @display(description=field_title(JobRun, "subject"), ordering="subject__name")
    def subject_cell(self, run: JobRun) -> str:
        return str(run.subject) if run.subject else NOTHING

    @display(description="Status", ordering="status")
    def status_cell(self, run: JobRun) -> SafeString:
        done = f"{run.done} of {run.total}" if run.total and run.is_open else ""
        return format_html('<span class="job-pair">{}<small>{}</small></span>', status_label(run.status), done)

    @display(description="Trigger", ordering="trigger")
    def trigger_cell(self, run: JobRun) -> SafeString:
        return format_html('<span class="job-pair">{}<small>{}</small></span>', run.trigger, run.triggered_by or "")

    @display(description="Scheduled for", ordering="scheduled_for")
    def scheduled_cell(self, run: JobRun) -> SafeString | str:
        return site_moment(run.scheduled_for)

    @display(description="Started", ordering="started_at")
    def started_cell(self, run: JobRun) -> SafeString | str:
        return site_moment(run.started_at)

    @display(description="Duration, attempt", ordering="attempt")
    def duration_cell(self, run: JobRun) -> SafeString:
        attempt = f"attempt {run.attempt} of {run.max_attempts}" if run.attempt else ""
        return format_html(
            '<span class="job-pair job-pair--tight">{}<small>{}</small></span>', length(run.duration), attempt
        )

    @display(description="Reason")
    def reason_cell(self, run: JobRun) -> SafeString:
        return format_html(
            '<span class="job-reason" title="{}">{}</span>',
            Truncator(run.reason).chars(500),
            Truncator(run.reason).chars(90) or NOTHING,
        )

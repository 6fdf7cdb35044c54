from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from jobs.admin import preview
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import ActiveFilter, LastStatusFilter, OwnerFilter, TypeFilter
from jobs.admin.forms import ScheduledJobForm, form_for, type_choices
from jobs.admin.labels import NOTHING, field_title, next_run, relative, status_label, type_label
from jobs.admin.options_form import PREFIX
from jobs.admin.pausing import pause_view
from jobs.admin.policy_form import LIMITS, POLICIES
from jobs.admin.trigger import trigger_view
from jobs.admin.values import entries
from jobs.job_type import JobType, job_types
from jobs.models import JobRun, ScheduledJob
from jobs.schedules import switch

SCHEDULE_ROWS = (
    *("schedule_kind", "cron_expression", "timezone", ("every", "period"), "once_at", ("starts_at", "ends_at")),
    "next_runs",
)


@admin.register(ScheduledJob)
class ScheduledJobAdmin(JobsAdmin):
    form = ScheduledJobForm
    list_display = ("name", "subject_cell", "schedule_cell", "next_cell", "last_cell")
    list_filter = (
        TypeFilter,
        ("enabled", ActiveFilter),
        ("owner", OwnerFilter),
        LastStatusFilter,
    )
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("name", "job_type", "subject__name")
    search_help_text = "Search for a name"
    readonly_fields = ("next_runs", "type_words", "schedule_cell", "option_words", "policy_words")
    actions_detail = ("trigger_run", "run_history")  # type: ignore[assignment]  # unfold types it as empty
    list_before_template: str | None = "admin/jobs/scheduledjob/pause.html"  # type: ignore[assignment]
    warn_unsaved_form = True
    compressed_fields = True

    class Media:
        js = ("jobs/job_form.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("pause/", view(pause_view), name="jobs_scheduledjob_pause"),
            path("preview/", view(self.preview_view), name="jobs_scheduledjob_preview"),
            path("<path:object_id>/active/", view(self.active_view), name="jobs_scheduledjob_active"),
            *super().get_urls(),
        ]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledJob]:
        latest = JobRun.objects.filter(scheduled_job=OuterRef("pk")).order_by("-created_at")
        jobs: QuerySet[ScheduledJob] = super().get_queryset(request)
        return jobs.select_related("subject", "owner", "crontab", "interval", "clocked").annotate(
            last_run=Subquery(latest.values("pk")[:1]),
            last_status=Subquery(latest.values("status")[:1]),
            last_at=Subquery(latest.values("created_at")[:1]),
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        may_change = self.has_change_permission(request)
        return [*self.list_display, *(("active_switch", "buttons") if may_change else ("active_words", "history"))]

    @display(description=field_title(ScheduledJob, "subject"), ordering="subject__name")
    def subject_cell(self, job: ScheduledJob) -> SafeString:
        subject = str(job.subject) if job.subject else NOTHING
        return format_html('<span class="job-pair">{}<small>{}</small></span>', subject, type_label(job.job_type))

    @display(description="Schedule")
    def schedule_cell(self, job: ScheduledJob) -> SafeString:
        words = job.schedule_in_words
        exact = f"{job.cron_expression} · {job.time_zone}" if job.crontab_id else ""
        return format_html('<span class="job-pair">{}<small class="job-mono">{}</small></span>', words, exact)

    @display(description="Next run", ordering="next_run_at")
    def next_cell(self, job: ScheduledJob) -> SafeString | str:
        return next_run(job)

    @display(description="Last run", ordering="last_at")
    def last_cell(self, job: ScheduledJob) -> SafeString | str:
        if not job.last_run:  # type: ignore[attr-defined]
            return "Never"
        href = reverse("admin:jobs_jobrun_change", args=[job.last_run])  # type: ignore[attr-defined]
        label = status_label(job.last_status, href)  # type: ignore[attr-defined]
        return format_html(
            '<span class="job-pair">{}<small>{}</small></span>',
            label,
            relative(job.last_at),  # type: ignore[attr-defined]
        )

    @display(description="Active", ordering="enabled")
    def active_switch(self, job: ScheduledJob) -> SafeString:
        """A button of the list's own form, so that it posts with that form's CSRF token and needs no script."""
        do = "Switch off" if job.enabled else "Switch on"
        return format_html(
            '<button type="submit" class="job-switch" formaction="{}" name="enabled" value="{}" role="switch" '
            'aria-checked="{}" title="{}" aria-label="{} {}"></button>',
            reverse("admin:jobs_scheduledjob_active", args=[job.pk]),
            "0" if job.enabled else "1",
            "true" if job.enabled else "false",
            do,
            do,
            job.name,
        )

    @display(description="Active", ordering="enabled")
    def active_words(self, job: ScheduledJob) -> str:
        return "Yes" if job.enabled else "No"

    @display(description="")
    def history(self, job: ScheduledJob) -> SafeString:
        return format_html('<a class="job-button" href="{}">History</a>', history_of(job))

    @display(description="")
    def buttons(self, job: ScheduledJob) -> SafeString:
        return format_html(
            '<span class="job-buttons"><a class="job-button" href="{}">Trigger</a>{}</span>',
            reverse("admin:jobs_scheduledjob_trigger_run", args=[job.pk]),
            self.history(job),
        )

    def active_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return require_POST(self._set_active)(request, object_id)

    def _set_active(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = self.get_object(request, object_id)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        if job is None:
            return self.gone(request, object_id)
        switch(job, on=request.POST.get("enabled") == "1")
        self.log_change(request, job, "Switched on." if job.enabled else "Switched off.")
        self.message_user(request, _active_in_words(job), messages.SUCCESS)
        # Of the address that it came from only the filters are used, so it cannot lead anywhere else.
        query = urlsplit(request.headers.get("Referer", "")).query
        return HttpResponseRedirect(f"{reverse('admin:jobs_scheduledjob_changelist')}?{query}")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """A job is a periodic task too, which goes with it and needs no permission of its own."""
        rows, counts, needed, protected = super().get_deleted_objects(objs, request)
        parents = {str(parent._meta.verbose_name) for parent in self.model._meta.get_parent_list()}
        return rows, counts, {name for name in needed if str(name) not in parents}, protected

    # The form

    def _job_type(self, request: HttpRequest, job: ScheduledJob | None) -> type[JobType] | None:
        asked = request.POST.get("job_type") or request.GET.get("job_type") or (job.job_type if job else "")
        if asked in job_types:
            return job_types.get(asked)
        first = next(iter(type_choices()), None)
        return job_types.get(first[0]) if first else None

    def get_form(
        self, request: HttpRequest, obj: ScheduledJob | None = None, change: bool = False, **kwargs: Any
    ) -> type[ScheduledJobForm]:
        job_type = self._job_type(request, obj)
        options = obj.options if obj and job_type and obj.job_type == job_type.name else {}
        if self.has_change_permission(request, obj) or obj is None:
            kwargs["form"] = form_for(job_type, options, request.user)
        return cast(type[ScheduledJobForm], super().get_form(request, obj, change, **kwargs))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [
                (None, {"fields": ("name", "type_words", "subject", "owner", "enabled")}),
                ("Schedule", {"fields": ("schedule_cell", "next_runs")}),
                ("Options", {"fields": ("option_words",)}),
                ("Limits and retries", {"fields": LIMITS}),
                ("Policies", {"fields": ("policy_words",)}),
            ]
        job_type = self._job_type(request, obj)
        options = [PREFIX + name for name in job_type.Options.model_fields] if job_type else []
        return [
            (None, {"fields": ("name", "job_type", "subject", "owner", "enabled")}),
            ("Schedule", {"fields": SCHEDULE_ROWS}),
            ("Options", {"fields": (*options, "options_for"), "classes": ["job-options"]}),
            ("Limits and retries", {"fields": LIMITS, "classes": ["collapse"]}),
            ("Policies", {"fields": POLICIES, "classes": ["collapse"]}),
        ]

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Search instead of a long list, where the admin of the model can search."""
        found = []
        for name in ("subject", "owner"):
            related: Any = ScheduledJob._meta.get_field(name).related_model
            known = self.admin_site._registry.get(related)
            if known is not None and known.get_search_fields(request):
                found.append(name)
        return found

    @display(description="Next runs")
    def next_runs(self, job: ScheduledJob) -> str:
        has_schedule = bool(job.crontab_id or job.interval_id or job.clocked_id)
        return render_to_string(
            "admin/jobs/scheduledjob/next_runs.html",
            {"preview": preview.of_job(job) if has_schedule and job.pk else None},
        )

    @display(description="Type")
    def type_words(self, job: ScheduledJob) -> str:
        return type_label(job.job_type)

    @display(description="Options")
    def option_words(self, job: ScheduledJob) -> str:
        return render_to_string("jobs/entries.html", {"entries": entries(job.options)})

    @display(description="Policies")
    def policy_words(self, job: ScheduledJob) -> str:
        return render_to_string("jobs/entries.html", {"entries": entries(job.policies)})

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        return require_POST(self._preview)(request)

    def _preview(self, request: HttpRequest) -> HttpResponse:
        job = self.get_object(request, request.GET["job"]) if request.GET.get("job") else None
        may = self.has_change_permission(request, job) if job else self.has_add_permission(request)
        if not may:
            raise PermissionDenied
        form = self.get_form(request, job, change=job is not None)(request.POST, instance=job)
        context = {"preview": preview.of_form(form)}
        return TemplateResponse(request, "admin/jobs/scheduledjob/preview.html", context)

    # What can be done with a job

    @action(description="Trigger", url_path="trigger", permissions=["change"], icon="play_arrow")  # type: ignore[operator]
    def trigger_run(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return trigger_view(self, request, object_id)

    @action(description="Job runs", url_path="runs", permissions=["view"], icon="history")  # type: ignore[operator]
    def run_history(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = self.get_object(request, object_id)
        if job is None:
            return self.gone(request, object_id)
        return HttpResponseRedirect(history_of(job))


def history_of(job: ScheduledJob) -> str:
    return f"{reverse('admin:jobs_jobrun_changelist')}?scheduled_job__exact={job.pk}"


def _active_in_words(job: ScheduledJob) -> SafeString:
    if not job.enabled:
        return format_html("“{}” is off. It can still be triggered.", job.name)
    if job.next_run_at is None:
        return format_html("“{}” is on, but its schedule has no moment left.", job.name)
    return format_html("“{}” is on. It runs next {}.", job.name, relative(job.next_run_at))

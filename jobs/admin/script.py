from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from jobs.access import NothingThere, ReadOnly, Right, may_anywhere, scope
from jobs.admin import script_page
from jobs.admin.labels import NOTHING, page_of, site_moment, status_label
from jobs.errors import ScriptRefused
from jobs.models import JobRun, Script
from jobs.scripts import decisions

LATEST = 2_000  # runs of scripts among which the last one of each is looked for


@admin.register(Script)
class ScriptAdmin(ReadOnly, NothingThere, ModelAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """Scripts are put into a folder, not made here. Others than superusers see those released to their customers."""

    list_display = ("name_cell", "state_cell", "released_cell", "last_run_cell", "seen_cell")
    search_fields = ("name", "description")
    actions = None
    list_fullwidth = True

    def get_urls(self) -> list[URLPattern]:
        def post(do: Any) -> Any:
            view = lambda request, object_id: do(self, request, object_id)  # noqa: E731
            return self.admin_site.admin_view(require_POST(view))

        return [
            path("<path:object_id>/start/", post(script_page.start), name="jobs_script_start"),
            path("<path:object_id>/approve/", post(script_page.approve), name="jobs_script_approve"),
            path("<path:object_id>/release/", post(script_page.release), name="jobs_script_release"),
            *super().get_urls(),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request.user, Right.READ)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_anywhere(request.user, Right.READ)  # to which of them, the query says

    def get_queryset(self, request: HttpRequest) -> QuerySet[Script]:
        scripts: Any = super().get_queryset(request)
        return scripts.reached_by(request.user)  # type: ignore[no-any-return]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        why = ""
        if self.has_view_permission(request):
            try:
                decisions.look()
            except ScriptRefused as error:
                why = str(error)
        return super().changelist_view(request, {**(extra_context or {}), "scripts_are_off": why})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        _add_last_runs(changelist.result_list, request.user)
        return changelist

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return script_page.show(self, request, object_id)

    @display(description="Script", ordering="name")
    def name_cell(self, script: Script) -> SafeString:
        return format_html('<span class="job-pair">{}<small>{}</small></span>', script.name, script.description)

    @display(description="State")
    def state_cell(self, script: Script) -> SafeString:
        return script_page.state_label(script)

    @display(description="Released", ordering="is_released")
    def released_cell(self, script: Script) -> str:
        if script.is_released:
            return "to all"
        return "to some" if script.released_to.exists() else NOTHING

    @display(description="Last run")
    def last_run_cell(self, script: Script) -> SafeString | str:
        run: JobRun | None = script.last_run  # type: ignore[attr-defined]
        return status_label(run.status, page_of(run)) if run else NOTHING

    @display(description="Last seen", ordering="seen_at")
    def seen_cell(self, script: Script) -> SafeString | str:
        return site_moment(script.seen_at)


def _add_last_runs(scripts: Iterable[Any], user: Any) -> None:
    runs = scope(JobRun.objects.filter(job_type="script"), user).only("pk", "status", "options", "created_at")
    last: dict[Any, JobRun] = {}
    for run in runs.order_by("-created_at")[:LATEST]:
        last.setdefault(run.options.get("script"), run)
    for script in scripts:
        script.last_run = last.get(script.name)

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_POST
from unfold.decorators import display

from jobs.access import Right, may_anywhere, scope
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import ActiveFilter, OwnerFilter
from jobs.admin.labels import NOTHING, field_title, site_moment
from jobs.admin.service_charts import charts_view
from jobs.admin.service_form import ServiceForm
from jobs.admin.service_labels import health_label
from jobs.models import Service, ServiceRecord
from jobs.services import sync_all, sync_now

ASKS = ("asks", "asks_param", "cursor_path", "cursor_param")
STATE = ("health_cell", "synced_cell", "error_cell", "records_cell")


@admin.register(Service)
class ServiceAdmin(JobsAdmin):
    form = ServiceForm
    list_display = ("name_cell", "owner_cell", "health_cell", "synced_cell", "error_cell", "links_cell")
    list_filter = (("owner", OwnerFilter), ("is_active", ActiveFilter))
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_select_related = ("owner",)
    search_fields = ("name", "url")
    search_help_text = "Search for a name or an address"
    autocomplete_fields = ("owner",)
    readonly_fields = ("owner_cell", *STATE)
    warn_unsaved_form = True
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("sync/", view(require_POST(self.sync_all_view)), name="jobs_service_syncall"),
            path("<path:object_id>/sync/", view(require_POST(self.sync_view)), name="jobs_service_sync"),
            path("<path:object_id>/charts/", view(self.charts_view), name="jobs_service_charts"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "owner_cell", "url", "auth_header", "is_active", *STATE]})]
        whose = "owner_cell" if obj else "owner"
        what = ["name", whose, "preset", "url", "auth_header", "secret", *(["forget_secret"] if obj else [])]
        found: list[tuple[str | None, dict[str, Any]]] = [
            (None, {"fields": [*what, "is_active"]}),
            ("Where things are in the body", {"fields": ["records_path", "id_path", "time_path"]}),
            ("What is asked for", {"fields": [ASKS[:2], ASKS[2:]]}),
            ("Alerts and labels", {"fields": ["thresholds", "labels"]}),
        ]
        return [("How it does", {"fields": [*STATE]}), *found] if obj else [*found]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"preset": "hosting", **super().get_changeform_initial_data(request)}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """After “Try it” the form shows what was found, not that it refused to save."""
        form = context["adminform"].form
        context["trial"] = getattr(form, "trial", None)
        if context["trial"] is not None:
            form.errors.pop(NON_FIELD_ERRORS, None)
            context["errors"] = []
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        extra: Any = {**(extra_context or {}), "may_add": may_anywhere(request.user, Right.WRITE)}
        return super().changelist_view(request, extra)

    def get_deleted_objects(
        self, objs: QuerySet[Any] | Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Records go with their service and need no permission of their own; they are counted, not listed."""
        rows = list(objs)
        counts = {"services": len(rows), "service records": ServiceRecord.objects.filter(service__in=rows).count()}
        permitted = all(self.has_delete_permission(request, row) for row in rows)
        return [str(row) for row in rows], counts, set() if permitted else {"service"}, []

    # What can be done

    def charts_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return charts_view(self, request, object_id)

    def sync_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        service = self.get_object(request, object_id)
        if service is None:
            return self.gone(request, object_id)
        if not self.has_change_permission(request, service):
            raise PermissionDenied
        triggered = sync_now(service, request.user)
        words = (
            "The run was made." if triggered.created else f"No second run was made: this one is {triggered.run.status}."
        )
        self.log_change(request, service, "Synced by hand.")
        self.message_user(request, words, messages.SUCCESS if triggered.created else messages.WARNING)
        return HttpResponseRedirect(reverse("admin:jobs_jobrun_change", args=[triggered.run.pk]))

    def sync_all_view(self, request: HttpRequest) -> HttpResponse:
        if not may_anywhere(request.user, Right.WRITE):
            raise PermissionDenied
        services = scope(Service.objects.filter(is_active=True).select_related("owner"), request.user, Right.WRITE)
        owners = {service.owner_id: service.owner for service in services}
        begun = [found for owner in owners.values() if (found := sync_all(owner, request.user))]
        if begun:
            self.message_user(request, f"Runs at work or waiting: {len(begun)}, one for each customer.")
        else:
            self.message_user(request, "There is no active service.", messages.WARNING)
        return HttpResponseRedirect(reverse("admin:jobs_jobrun_changelist"))

    # Cells

    @display(description="Service", ordering="name")
    def name_cell(self, service: Service) -> SafeString:
        return format_html('<span class="job-pair">{}<small>{}</small></span>', service.name, service.url)

    @display(description=field_title(Service, "owner"), ordering="owner__name")
    def owner_cell(self, service: Service) -> str:
        return str(service.owner)

    @display(description="Health")
    def health_cell(self, service: Service) -> SafeString:
        return health_label(service.health)

    @display(description="Last sync", ordering="last_synced_at")
    def synced_cell(self, service: Service) -> SafeString | str:
        return site_moment(service.last_synced_at) if service.last_synced_at else "Never"

    @display(description="Last error")
    def error_cell(self, service: Service) -> SafeString:
        error = service.last_error
        return format_html(
            '<span class="job-reason" title="{}">{}</span>', error, Truncator(error).chars(120) or NOTHING
        )

    @display(description="Records")
    def records_cell(self, service: Service) -> SafeString:
        return _links(service)

    @display(description="")
    def links_cell(self, service: Service) -> SafeString:
        return _links(service)


def _links(service: Service) -> SafeString:
    return format_html(
        '<span class="job-beside"><a class="job-button" href="{}">Charts</a>'
        '<a class="job-button" href="{}?service__id__exact={}">Records</a></span>',
        reverse("admin:jobs_service_charts", args=[service.pk]),
        reverse("admin:jobs_servicerecord_changelist"),
        service.pk,
    )

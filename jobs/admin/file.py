from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from jobs.access import Right, may, scope
from jobs.admin import file_page
from jobs.admin.base import JobsAdmin
from jobs.admin.file_upload import upload_view
from jobs.admin.filters import OwnerFilter
from jobs.admin.labels import NOTHING, field_title, page_of, site_moment
from jobs.dispatch import Triggered
from jobs.downloads import content_of, insights_json, insights_table
from jobs.files import analyse, analyse_new, expected, place_in_line
from jobs.models import UploadedFile
from jobs.uploads import remove


@admin.register(UploadedFile)
class UploadedFileAdmin(JobsAdmin):
    reading = Right.RESULTS
    list_display = ("name_cell", "owner_cell", "state_cell", "insights_cell", "size_cell", "uploaded_cell")
    list_filter = (("owner", OwnerFilter),)
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_select_related = ("owner", "run")
    search_fields = ("name", "series", "description")
    search_help_text = "Search for a name or a series"
    change_list_template = "admin/jobs/uploadedfile/change_list.html"

    class Media:
        js = ("jobs/live.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("analyse-all/", view(require_POST(self.analyse_all_view)), name="jobs_uploadedfile_analyse_all"),
            path("<uuid:pk>/analyse/", view(require_POST(self.analyse_view)), name="jobs_uploadedfile_analyse"),
            path("<uuid:pk>/download/", view(self.download_view), name="jobs_uploadedfile_download"),
            path("<uuid:pk>/export/", view(self.export_view), name="jobs_uploadedfile_export"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UploadedFile]:
        files: QuerySet[UploadedFile] = super().get_queryset(request)
        return files.select_related("owner", "run").annotate(insight_count=Count("insights"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return upload_view(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        extra: dict[str, Any] = {**(extra_context or {}), "cost": None}
        if self.has_add_permission(request):
            extra["cost"] = expected()
        return super().changelist_view(request, extra)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return file_page.show(self, request, object_id)

    def analyse_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        file = self._own(request, pk, Right.WRITE)
        self._say(request, analyse(file, request.user))
        return HttpResponseRedirect(page_of(file))

    def analyse_all_view(self, request: HttpRequest) -> HttpResponse:
        """A run for each customer that has new files and that the user may write for."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        new = scope(UploadedFile.objects.new(), request.user, Right.WRITE).select_related("owner")
        owners = {file.owner_id: file.owner for file in new}
        runs = [triggered for owner in owners.values() if (triggered := analyse_new(owner, request.user))]
        if not runs:
            messages.info(request, "There is no new file.")
        for triggered in runs:
            self._say(request, triggered)
        return HttpResponseRedirect(reverse("admin:jobs_uploadedfile_changelist"))

    def download_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        content = content_of(self._own(request, pk, Right.READ))
        if content is None:
            raise Http404("The content of this file is not on this machine.")
        return content

    def export_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        file = self._own(request, pk, Right.RESULTS)
        return insights_json(file) if request.GET.get("as") == "json" else insights_table(file)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A file that a run is at stays until the run has ended."""
        is_at_work = isinstance(obj, UploadedFile) and obj.run is not None and obj.run.is_open
        return not is_at_work and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        files = list(objs)
        forbidden = {"file"} if not all(self.has_delete_permission(request, file) for file in files) else set()
        counts = {"files": len(files), "insights": sum(file.insights.count() for file in files)}
        return [str(file) for file in files], counts, forbidden, []

    def delete_model(self, request: HttpRequest, obj: UploadedFile) -> None:
        remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UploadedFile]) -> None:
        for file in queryset:
            remove(file)

    def _own(self, request: HttpRequest, pk: Any, right: Right) -> UploadedFile:
        file: UploadedFile | None = self.get_object(request, str(pk))
        if file is None:
            raise Http404
        if not may(request.user, right, file.owner_id):
            raise PermissionDenied
        return file

    def _say(self, request: HttpRequest, triggered: Triggered) -> None:
        words = "The analysis waits for a worker" if triggered.created else "It is being analysed already"
        link = format_html('{}: <a href="{}">see its job run</a>.', words, page_of(triggered.run))
        messages.success(request, link)

    @display(description="File", ordering="name")
    def name_cell(self, file: UploadedFile) -> SafeString:
        return format_html('<span class="job-pair">{}<small>{}</small></span>', file.name, file.series)

    @display(description=field_title(UploadedFile, "owner"), ordering="owner__name")
    def owner_cell(self, file: UploadedFile) -> str:
        return str(file.owner)

    @display(description="State", ordering="analysed_at")
    def state_cell(self, file: UploadedFile) -> SafeString:
        line = place_in_line(file.run)
        words = f"{line}. in line" if line else file.problem[:90]
        return format_html('<span class="job-pair">{}<small>{}</small></span>', file_page.state_label(file), words)

    @display(description="Insights", ordering="insight_count")
    def insights_cell(self, file: UploadedFile) -> str:
        return str(file.insight_count) if file.analysed_at else NOTHING  # type: ignore[attr-defined]  # annotated

    @display(description="Size", ordering="size")
    def size_cell(self, file: UploadedFile) -> SafeString:
        rows = f"{file.rows:,} rows" if file.rows is not None else ""
        return format_html('<span class="job-pair">{}<small>{}</small></span>', filesizeformat(file.size), rows)

    @display(description="Uploaded", ordering="created_at")
    def uploaded_cell(self, file: UploadedFile) -> SafeString | str:
        return site_moment(file.created_at)

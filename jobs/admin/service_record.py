from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from jobs.access import ReadOnly
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import DayFilter, OwnerFilter
from jobs.admin.labels import NOTHING, site_moment
from jobs.admin.service_charts import shown
from jobs.admin.values import entries
from jobs.models import ServiceRecord


@admin.register(ServiceRecord)
class ServiceRecordAdmin(ReadOnly, JobsAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """What services have sent, as they sent it."""

    list_display = ("service_cell", "at_cell", "numbers_cell", "record_id")
    list_filter = (("service", OwnerFilter), ("at", DayFilter))
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_select_related = ("service",)
    actions = None
    fields = ("service", "record_id", "at", "stored_at", "data_cell")
    readonly_fields = ("data_cell",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("service")

    @display(description="Service", ordering="service__name")
    def service_cell(self, record: ServiceRecord) -> str:
        return record.service.name

    @display(description="Time", ordering="at")
    def at_cell(self, record: ServiceRecord) -> SafeString | str:
        return site_moment(record.at)

    @display(description="Numbers")
    def numbers_cell(self, record: ServiceRecord) -> str:
        return shown(record.data) or NOTHING

    @display(description="Record")
    def data_cell(self, record: ServiceRecord) -> SafeString:
        return render_to_string("jobs/entries.html", {"entries": entries(record.data)})

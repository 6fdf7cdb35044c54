from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from jobs.access import ReadOnly, Right, may, scope
from jobs.admin.base import JobsAdmin
from jobs.admin.filters import OwnerFilter
from jobs.admin.labels import NOTHING, field_title, site_moment
from jobs.alerting import acknowledge
from jobs.models import Alert
from jobs.models.alert import in_state

TONES = {Alert.State.OPEN: "failed", Alert.State.ACKNOWLEDGED: "partial", Alert.State.RESOLVED: "completed"}
NAMED = 3  # alerts that the banner names


def open_alerts(request: HttpRequest) -> dict[str, Any]:
    """For the banner: how many of those that the user may read wait to be seen, and the newest of them."""
    rows = scope(Alert.objects.filter(in_state(Alert.State.OPEN)), request.user, Right.READ).order_by("-first_seen_at")
    newest = list(rows[: NAMED + 1])
    return {"named": newest[:NAMED], "number": rows.count() if len(newest) > NAMED else len(newest)}


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, state.label.lower()) for state in Alert.State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {state.value: state for state in Alert.State}.get(self.value() or "")
        return queryset.filter(in_state(chosen)) if chosen else queryset


@admin.register(Alert)
class AlertAdmin(ReadOnly, JobsAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """What is wrong, and what was. Alerts come and go by themselves; a person says that they are seen."""

    list_display = ("sentence_cell", "owner_cell", "state_cell", "since_cell", "told_cell", "seen_cell")
    list_filter = (StateFilter, ("owner", OwnerFilter))
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_select_related = ("owner",)
    search_fields = ("sentence",)
    actions = None
    fields = (
        *("sentence", "owner_cell", "state_cell", "page_cell", "first_seen_at", "last_seen_at", "acknowledged_at"),
        *("acknowledged_by", "resolved_at", "told_cell"),
    )
    readonly_fields = ("owner_cell", "state_cell", "page_cell", "told_cell")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.acknowledge_view))
        return [path("<path:object_id>/acknowledge/", view, name="jobs_alert_acknowledge"), *super().get_urls()]

    def acknowledge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        alert = self.get_object(request, object_id)
        if alert is None:
            return self.gone(request, object_id)
        if not may(request.user, Right.WRITE, alert.owner_id):
            raise PermissionDenied
        acknowledge(alert, str(request.user))
        return HttpResponseRedirect(reverse("admin:jobs_alert_changelist"))

    @display(description="Alert", ordering="sentence")
    def sentence_cell(self, alert: Alert) -> SafeString:
        return format_html('<span class="job-long">{}</span>', alert.sentence)

    @display(description=field_title(Alert, "owner"), ordering="owner__name")
    def owner_cell(self, alert: Alert) -> str:
        return str(alert.owner or "The platform")

    @display(description="State")
    def state_cell(self, alert: Alert) -> SafeString:
        by = f"by {alert.acknowledged_by}" if alert.state == Alert.State.ACKNOWLEDGED else ""
        label = format_html('<span class="job-label job-label--{}">{}</span>', TONES[alert.state], alert.state)
        return format_html('<span class="job-pair">{}<small>{}</small></span>', label, by)

    @display(description="Since", ordering="first_seen_at")
    def since_cell(self, alert: Alert) -> SafeString | str:
        return site_moment(alert.first_seen_at)

    @display(description="Sent")
    def told_cell(self, alert: Alert) -> SafeString | str:
        if alert.tell_error:
            return format_html('<span class="job-problem job-reason">{}</span>', alert.tell_error)
        return site_moment(alert.told_at)

    @display(description="Page")
    def page_cell(self, alert: Alert) -> SafeString | str:
        return format_html('<a href="{}">{}</a>', alert.link, alert.link) if alert.link.startswith("/") else NOTHING

    @display(description="")
    def seen_cell(self, alert: Alert) -> SafeString | str:
        """A button of the list's own form, so that it posts with that form's CSRF token and needs no script."""
        if alert.state != Alert.State.OPEN:
            return ""
        place = reverse("admin:jobs_alert_acknowledge", args=[alert.pk])
        return format_html('<button type="submit" class="job-button" formaction="{}">I have seen it</button>', place)

from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import CallCollectorFilter, CallProviderFilter, CostSourceFilter, DayFilter, RelatedFilter
from brands.admin.links import admin_url_or_none
from brands.admin.provider_health import HealthView
from brands.admin.tables import listed, table_response
from brands.call_csv import export
from brands.models import Call, CallStatus
from brands.release import ask_again
from brands.spending import spent
from jobs.access import ReadOnly, Right, may_anywhere

LABELS: dict[str, str] = {
    CallStatus.OPEN: "info",
    CallStatus.ANSWERED: "success",
    CallStatus.FAILED: "danger",
    CallStatus.AMBIGUOUS: "warning",
    CallStatus.RELEASED: "",
}
MEANINGS: dict[str, str] = {
    CallStatus.OPEN: "it may be on its way, a task of it is not ready yet, or its worker died.",
    CallStatus.ANSWERED: "a reply came.",
    CallStatus.FAILED: "it did not leave, the provider said no, or what it sent cannot be read.",
    CallStatus.AMBIGUOUS: "it left and no whole reply came, so it may have been paid for. To have its question asked "
    "again, choose it in the ledger and take the action “Ask again”.",
    CallStatus.RELEASED: "it may have been paid for, and somebody had its question asked again.",
}


@admin.register(Call)
class CallAdmin(ReadOnly, DomainAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """The ledger is read, never edited. Of an ambiguous call a person can say that its question is asked again."""

    list_display = ("question", "brand", "collector", "provider", "status_cell", "cost", "opened_at", "error")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
        ("customer", RelatedFilter),
        ("brand", RelatedFilter),
        CallCollectorFilter,
        CallProviderFilter,
        CostSourceFilter,
        ("opened_at", DayFilter),
    )
    list_before_template: str | None = "brands/admin/ledger_sums.html"
    list_filter_submit = True
    list_select_related = ("brand__customer",)
    list_per_page = 50
    search_fields = ("question", "error", "task_id")
    search_help_text = "Search for a question, an error or a task id"
    fieldsets = (
        ("What became of it", {"fields": ("outcome", "error", "released_by", "answer", "cost")}),
        ("What was asked", {"fields": ("question", "purpose", "collector", "provider", "country", "locale", "query")}),
        ("For whom", {"fields": ("customer", "brand", "run", "sample", "attempt")}),
        ("When", {"fields": ("opened_at", "received_at", "closed_at", "body_pruned_at")}),
        ("Between us and the provider", {"fields": ("idempotency_key", "task_id")}),
    )
    readonly_fields = ("outcome", "cost", "run", "body_pruned_at")
    actions = ("ask_again", "export_chosen")
    actions_list = ("export_table",)  # type: ignore[assignment]  # Unfold types it as empty
    customer_path = "customer"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        calls: QuerySet[Call] = super().get_queryset(request)
        return calls.select_related("customer", "brand").defer("body")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """What waits for a person's word comes first."""
        return (Case(When(status=CallStatus.AMBIGUOUS, then=0), default=1), "-opened_at")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)  # a redirect has none
        if context and "cl" in context:
            context["spent"] = spent(context["cl"].queryset)
        return response

    @admin.action(description="Export these as CSV", permissions=["view"])
    def export_chosen(self, request: HttpRequest, calls: QuerySet[Call]) -> HttpResponseBase:
        return table_response(export(calls.order_by("-opened_at")), "ledger")

    @action(description="Export", icon="download", permissions=["view"])  # type: ignore[operator]
    def export_table(self, request: HttpRequest) -> HttpResponseBase:
        return self.export_chosen(request, listed(self, request))

    def get_urls(self) -> list[URLPattern]:
        view = HealthView.as_view(model_admin=self)
        return [path("health/", self.admin_site.admin_view(view), name="brands_call_health"), *super().get_urls()]

    def has_ask_again_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request.user, Right.WRITE)

    @admin.action(description="Ask again, although it may have been paid for", permissions=["ask_again"])
    def ask_again(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        self.message_user(request, ask_again(list(calls), str(request.user)))

    @display(description="status", ordering="status", label=LABELS)
    def status_cell(self, call: Call) -> str:
        return call.status

    @display(description="status")
    def outcome(self, call: Call) -> str:
        return f"{call.get_status_display()}: {MEANINGS[call.status]}"

    @display(description="run")
    def run(self, call: Call) -> str:
        """The run's page; runs are forgotten after a while, calls are not."""
        if call.run_id is None:
            return "none: somebody asked for it on a page"
        address = admin_url_or_none("jobs_jobrun_change", call.run_id)
        return format_html('<a class="bb-link" href="{}">{}</a>', address, call.run_id) if address else str(call.run_id)

    @display(description="cost", ordering="cost_usd")
    def cost(self, call: Call) -> str:
        """What it cost and how that is known; what is reserved where it is not."""
        if call.cost_usd is not None:
            return f"${call.cost_usd:.4f} {call.cost_source}"
        return f"${call.reserved_usd:.4f} reserved" if call.reserved_usd else "not known"

    def is_sample(self, row: Call) -> bool:  # type: ignore[override]
        return row.customer is not None and row.customer.is_sample

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState("No calls yet", "Each call to a provider is written down here before it is made.")

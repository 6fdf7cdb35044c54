from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from brands.admin.base import DomainAdmin, EmptyState
from brands.admin.filters import RelatedFilter
from brands.models import Call, CallStatus
from brands.release import ask_again
from jobs.access import ReadOnly, Right, may_anywhere

LABELS: dict[str, str] = {
    CallStatus.OPEN: "info",
    CallStatus.ANSWERED: "success",
    CallStatus.FAILED: "danger",
    CallStatus.AMBIGUOUS: "warning",
    CallStatus.RELEASED: "",
}


@admin.register(Call)
class CallAdmin(ReadOnly, DomainAdmin):  # type: ignore[misc]  # unfold: mixin against base
    """The ledger is read, never edited. Of an ambiguous call a person can say that its question is asked again."""

    list_display = ("question", "brand", "collector", "provider", "status_cell", "cost_usd", "opened_at", "error")
    list_filter = (("status", ChoicesDropdownFilter), ("brand", RelatedFilter))
    list_filter_submit = True
    list_select_related = ("brand__customer",)
    list_per_page = 50
    search_fields = ("question", "error", "task_id")
    search_help_text = "Search for a question, an error or a task id"
    exclude = ("body",)
    actions = ("ask_again",)
    customer_path = "customer"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        calls: QuerySet[Call] = super().get_queryset(request)
        return calls.select_related("customer", "brand").defer("body")

    def has_ask_again_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request.user, Right.WRITE)

    @admin.action(description="Ask again, although it may have been paid for", permissions=["ask_again"])
    def ask_again(self, request: HttpRequest, calls: QuerySet[Call]) -> None:
        self.message_user(request, ask_again(list(calls), str(request.user)))

    @display(description="status", ordering="status", label=LABELS)
    def status_cell(self, call: Call) -> str:
        return call.status

    def is_sample(self, row: Call) -> bool:  # type: ignore[override]
        return row.customer is not None and row.customer.is_sample

    def empty_state(self, request: HttpRequest) -> EmptyState:
        return EmptyState("No calls yet", "Each call to a provider is written down here before it is made.")

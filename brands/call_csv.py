"""The ledger as CSV."""

from collections.abc import Iterator

from django.db.models import QuerySet

from brands.models import Call
from brands.spreadsheet import written

COLUMNS = (
    *("opened_at", "closed_at", "customer", "brand", "question", "country", "locale", "collector", "provider"),
    *("purpose", "status", "error", "cost_usd", "cost_source", "reserved_usd", "task_id"),
    *("run_id", "sample", "attempt", "call_id"),
)


def export(calls: "QuerySet[Call]") -> Iterator[str]:
    """The table of these calls. Moments are UTC; a cost that is not known is empty."""
    return written(COLUMNS, (_cells(call) for call in calls.select_related("customer", "brand").iterator(1000)))


def _cells(call: Call) -> tuple[object, ...]:
    return (
        call.opened_at.isoformat(),
        call.closed_at.isoformat() if call.closed_at else None,
        call.customer.name if call.customer else None,
        call.brand.name if call.brand else None,
        *(call.question, call.country, call.locale, call.collector, call.provider),
        *(call.purpose, call.status, call.error),
        call.cost_usd,
        call.cost_source,
        call.reserved_usd,
        *(call.task_id, call.run_id, call.sample, call.attempt, call.pk),
    )

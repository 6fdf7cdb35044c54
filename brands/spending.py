"""What calls came to, by provider: what was billed, what is an estimate, and what nobody knows."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from brands.models import Answer, Call, CallStatus


@dataclass(frozen=True, slots=True)
class Spent:
    provider: str  # "" for all of them
    calls: int
    ambiguous: int  # nobody knows whether they were charged
    billed_usd: Decimal  # as the replies say
    estimated_usd: Decimal  # by the price table
    reserved_usd: Decimal  # for calls whose cost is not known
    calls_without_cost: int  # and for which nothing could be reserved


def spent(calls: "QuerySet[Call]") -> list[Spent]:
    """A row for each provider, and at the end one for all of them."""
    billed, estimated = (Q(cost_source=source) for source in (Answer.CostSource.BILLED, Answer.CostSource.ESTIMATED))
    unknown = Q(cost_usd=None)
    sums = {
        "number": Count("pk"),
        "ambiguous": Count("pk", filter=Q(status=CallStatus.AMBIGUOUS)),
        "billed": Sum("cost_usd", filter=billed),
        "estimated": Sum("cost_usd", filter=estimated),
        "reserved": Sum("reserved_usd", filter=unknown),
        "without": Count("pk", filter=unknown & Q(reserved_usd=0)),
    }
    rows = calls.order_by("provider").values("provider").annotate(**sums)
    found = [
        Spent(
            row["provider"],
            row["number"],
            row["ambiguous"],
            row["billed"] or Decimal(0),
            row["estimated"] or Decimal(0),
            row["reserved"] or Decimal(0),
            row["without"],
        )
        for row in rows
    ]
    return [*found, _total(found)]


def _total(rows: list[Spent]) -> Spent:
    return Spent(
        "",
        sum(row.calls for row in rows),
        sum(row.ambiguous for row in rows),
        sum((row.billed_usd for row in rows), Decimal(0)),
        sum((row.estimated_usd for row in rows), Decimal(0)),
        sum((row.reserved_usd for row in rows), Decimal(0)),
        sum(row.calls_without_cost for row in rows),
    )

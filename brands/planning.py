"""How many samples or queries bring a brand's visibility to ± x points, and what they cost."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count
from django.utils import timezone

from brands.models import Answer, Brand
from brands.prices import Usage, estimate
from brands.selection import Selection
from brands.statistics import Cluster, Plan, correlation, half_width, queries_for, samples_for

DAYS = 30  # of answers that a plan is made from
USUAL_CORRELATION = 0.3  # of the answers to a query, where there is one sample of each
USUAL_RATE = 0.5  # the rate that needs most answers


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the answers of the last days say of one collector, and the plans made from it."""

    collector: str
    queries: int  # active
    rate: float
    is_rate_known: bool
    correlation: float
    is_correlation_known: bool
    cost_usd: Decimal | None  # of one answer, mean; None: not known
    width_now: float | None  # half of the interval with one sample of each query
    by_samples: Plan | None  # of the queries there are
    by_queries: Plan | None  # of one sample each


def outlooks(brand: Brand, points: float, today: date | None = None) -> list[Outlook]:
    """One a collector that was asked lately. `points`: half the width of the interval, 0…1."""
    since = (today or timezone.localdate()) - timedelta(days=DAYS - 1)
    totals = Selection(since=since).totals(brand)
    scored: dict[str, Counter[UUID]] = {}
    mentioning: dict[str, Counter[UUID]] = {}
    for total in totals.answers:
        scored.setdefault(total.collector, Counter())[total.query_id] += total.scored
    for found in totals.entities:
        if found.competitor_id is None:
            mentioning.setdefault(found.collector, Counter())[found.query_id] += found.mentioning
    costs = _costs(brand, since)
    queries = brand.queries.filter(is_active=True).count()
    return [
        _outlook(name, queries, _clusters(mentioning.get(name, Counter()), sizes), costs.get(name), points)
        for name, sizes in sorted(scored.items())
    ]


def _clusters(totals: Counter[UUID], sizes: Counter[UUID]) -> list[Cluster]:
    return [Cluster(totals[query], size) for query, size in sizes.items() if size]


def _costs(brand: Brand, since: date) -> dict[str, Decimal]:
    """The mean cost of an answer, by collector, of those answers whose cost is known."""
    answers = Answer.objects.filter(brand=brand, asked_at__date__gte=since, cost_usd__isnull=False).order_by()
    rows = answers.values_list("collector").annotate(cost=Avg("cost_usd"), n=Count("pk"))
    return {collector: Decimal(str(cost)) for collector, cost, _ in rows}


def usual_cost(collector: str) -> Decimal | None:
    """One search of the collector's first provider, from the price list; tokens come on top."""
    provider = next(iter(settings.COLLECTORS.get(collector, [])), "")
    return estimate(provider, Usage(calls=1))


def _outlook(collector: str, queries: int, clusters: list[Cluster], cost: Decimal | None, points: float) -> Outlook:
    answers = sum(cluster.size for cluster in clusters)
    cost = usual_cost(collector) if cost is None else cost
    seen = sum(cluster.total for cluster in clusters) / answers if answers else None
    value = USUAL_RATE if seen is None else seen
    agreeing = correlation(clusters)
    alike = USUAL_CORRELATION if agreeing is None else agreeing
    priced = cost or Decimal(0)
    return Outlook(
        collector=collector,
        queries=queries,
        rate=value,
        is_rate_known=seen is not None,
        correlation=alike,
        is_correlation_known=agreeing is not None,
        cost_usd=cost,
        width_now=half_width(queries, 1, value, alike) if queries > 1 else None,
        by_samples=samples_for(points, queries=queries, value=value, correlation=alike, cost_usd=priced),
        by_queries=queries_for(points, samples=1, value=value, correlation=alike, cost_usd=priced),
    )

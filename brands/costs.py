"""What a call to a collector will cost: what calls of its kind have cost lately, else the price table, else unknown."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from brands import prices
from brands.asking import build, chain
from brands.models import Answer, Brand, Call, CallStatus, Purpose
from brands.parts import Plan
from jobs.errors import NotConfigured, UnknownName
from jobs.estimate import Estimate, EstimateLine

RECENT = timedelta(days=30)
LATEST = 200  # calls whose mean is the price
NOT_KNOWN = "no price is known before the first call"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a call, None where that is not known; and where the figure is from."""

    usd: Decimal | None
    basis: str


def plan_estimate(brand_id: UUID | None, plan: Plan) -> Estimate | None:
    """What one run of the plan asks for; None without a brand."""
    brand = Brand.objects.filter(pk=brand_id).first() if brand_id else None
    if brand is None:
        return None
    calls = brand.queries.filter(is_active=True).count() * plan.samples
    return Estimate(tuple(_line(collector, calls) for collector in plan.collectors))


def _line(collector: str, calls: int) -> EstimateLine:
    provider = first_usable(collector)
    if provider is None:
        return EstimateLine(collector, 0, None, "has no provider that can be asked")
    found = price(collector, provider)
    return EstimateLine(f"{collector} through {provider}", calls, found.usd, found.basis)


def first_usable(collector: str) -> str | None:
    """The provider that will be asked first as things are set; None where none can be."""
    try:
        names = chain(collector)
    except (UnknownName, NotConfigured):
        return None
    return next((name for name in names if _is_usable(collector, name)), None)


def _is_usable(collector: str, name: str) -> bool:
    try:
        build(collector, name)
    except NotConfigured:
        return False
    return True


def price(collector: str, provider: str, purpose: str = Purpose.ANSWER) -> Price:
    """What a call of that collector through that provider costs, as far as anybody knows."""
    calls = Call.objects.filter(
        purpose=purpose,
        collector=collector,
        provider=provider,
        status=CallStatus.ANSWERED,
        cost_usd__isnull=False,
        opened_at__gte=timezone.now() - RECENT,
    )
    rows = calls.order_by("-opened_at").values_list("cost_usd", "cost_source")[:LATEST]
    known = [(usd, source) for usd, source in rows if usd is not None]
    if not known:
        return _from_table(provider)
    billed = sum(source == Answer.CostSource.BILLED for _, source in known)
    source = "billed" if billed == len(known) else "estimated" if not billed else f"{billed} of them billed"
    calls_in_words = "the latest call" if len(known) == 1 else f"mean of the latest {len(known)} calls"
    mean = sum((usd for usd, _ in known), Decimal(0)) / len(known)
    return Price(mean.quantize(Decimal("0.000001")), f"{calls_in_words}, {source}")


def _from_table(provider: str) -> Price:
    usd = prices.typical(provider, settings.PROVIDERS.get(provider, {}).get("model", ""))
    return Price(usd, NOT_KNOWN if usd is None else f"a typical call by the price table of {prices.DATED}")

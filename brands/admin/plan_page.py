"""How many samples a brand needs, in words."""

from dataclasses import dataclass
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from brands.admin.words import number, percent
from brands.models import Brand
from brands.planning import Outlook, outlooks
from brands.statistics import Plan

POINTS = 5


class PlanForm(forms.Form):
    points = forms.IntegerField(
        min_value=1,
        max_value=50,
        initial=POINTS,
        label="± points",
        help_text="Half the width of the 95 % interval that you want, in percentage points.",
        widget=UnfoldAdminTextInputWidget,
    )


@dataclass(frozen=True, slots=True)
class Row:
    collector: str
    now: str
    known: str
    by_samples: str
    by_queries: str


def plans(brand: Brand, asked: dict[str, Any]) -> list[Row]:
    return [_row(outlook) for outlook in outlooks(brand, asked.get("points", POINTS) / 100)]


def _row(outlook: Outlook) -> Row:
    rate = percent(outlook.rate) if outlook.is_rate_known else "not known, 50 % assumed"
    alike = f"{outlook.correlation:.2f}" + ("" if outlook.is_correlation_known else " (assumed: one sample a query)")
    cost = "not known" if outlook.cost_usd is None else f"${outlook.cost_usd:.4f}"
    now = "too few queries" if outlook.width_now is None else f"± {100 * outlook.width_now:.0f} points"
    return Row(
        collector=outlook.collector,
        now=f"{outlook.queries} queries × 1 sample: {now}",
        known=f"visibility {rate}; answers to a query agree by {alike}; an answer costs {cost}",
        by_samples=_plan(outlook.by_samples, outlook, "No number of samples suffices: ask more queries."),
        by_queries=_plan(outlook.by_queries, outlook, "More than 100,000 queries."),
    )


def _plan(plan: Plan | None, outlook: Outlook, otherwise: str) -> str:
    if plan is None:
        return otherwise
    cost = "cost not known" if outlook.cost_usd is None else f"${plan.cost_usd:.2f}"
    asked = f"{plan.queries} queries × {number(plan.samples, 'sample')}"
    return f"{asked} = {plan.answers} answers, {cost}, ± {100 * plan.half_width:.1f} points"

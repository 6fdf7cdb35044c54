"""What changed from one period to the next of the same length, per collector and metric, tested and corrected."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from brands.matching import Entity
from brands.models import Answer, Brand, Score
from brands.selection import Selection
from brands.statistics import Change, Cluster, Conditions, Estimate, Verdict, change, judged, rate
from brands.totals import Totals, first_moment

WEEK = 7
NOTHING_BEFORE = Change(None, None, 1.0, Verdict.NOT_COMPARABLE, "In one of the two weeks no answer was scored.")
Pairs = dict[tuple[Hashable, str], Cluster]  # by query and collector


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included."""

    first: date
    last: date

    @property
    def before(self) -> "Period":
        """The period of the same length right before."""
        days = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=days), self.first - timedelta(days=1))

    @property
    def selection(self) -> Selection:
        return Selection(since=self.first, until=self.last)

    @property
    def asked(self) -> dict[str, Any]:
        return {"asked_at__gte": first_moment(self.first), "asked_at__lt": first_moment(self.last + timedelta(days=1))}


def week_until(last: date) -> Period:
    return Period(last - timedelta(days=WEEK - 1), last)


@dataclass(frozen=True, slots=True)
class Line:
    """The change of one entity's visibility, in one collector or in all."""

    collector: str  # "" for all of them
    entity: Entity
    was: Estimate | None
    now: Estimate | None
    change: Change


def changes(brand: Brand, period: Period) -> list[Line]:
    """For each collector and for all together, each entity's change of visibility, corrected for how many are shown."""
    entities = brand.entities()
    before, after = (each.selection.totals(brand) for each in (period.before, period))
    pairs = {entity.key: (_pairs(brand, entity, before), _pairs(brand, entity, after)) for entity in entities}
    collectors = sorted({total.collector for total in (*before.answers, *after.answers)})
    lines: list[Line] = []
    for collector in [*collectors, ""] if len(collectors) > 1 else collectors:
        was, now = (_conditions(brand, each, collector) for each in (period.before, period))
        for entity in entities:
            first, second = (_of_collector(of, collector) for of in pairs[entity.key])
            found = change(first, second, was, now) if first and second else NOTHING_BEFORE
            lines.append(Line(collector, entity, rate(first.values()), rate(second.values()), found))
    verdicts = judged([line.change for line in lines])
    return [replace(line, change=verdict) for line, verdict in zip(lines, verdicts, strict=True)]


def _of_collector(pairs: Pairs, collector: str) -> Pairs:
    return {key: value for key, value in pairs.items() if collector in ("", key[1])}


def _pairs(brand: Brand, entity: Entity, totals: Totals) -> Pairs:
    """By query and collector: answers that mention the entity, of how many that are scored."""
    scored: Counter[tuple[UUID, str]] = Counter()
    mentioning: Counter[tuple[UUID, str]] = Counter()
    for total in totals.answers:
        scored[total.query_id, total.collector] += total.scored
    for found in totals.entities:
        if str(found.competitor_id or brand.pk) == entity.key:
            mentioning[found.query_id, found.collector] += found.mentioning
    return {key: Cluster(mentioning[key], size) for key, size in scored.items() if size}


def _conditions(brand: Brand, period: Period, collector: str) -> Conditions:
    answers = Answer.objects.filter(brand=brand, status=Answer.Status.ANSWERED, **period.asked).order_by()
    if collector:
        answers = answers.filter(collector=collector)
    asked = answers.values_list("collector", "question", "country", "locale", "provider", "model_served").distinct()
    rows = list(asked)
    scores = Score.objects.filter(answer__in=answers.values("pk"), scorer="mentions", is_current=True).order_by()
    versions = scores.values_list("scorer", "version", "tracked").distinct()
    return Conditions(
        models=frozenset(f"{of} {model}" for of, _, _, _, _, model in rows if model),
        queries=frozenset(f"{of} {question} {country} {locale}" for of, question, country, locale, _, _ in rows),
        pipeline=frozenset(f"{of} {provider}" for of, _, _, _, provider, _ in rows)
        | frozenset(" ".join(version) for version in versions),
    )

"""A brand's figures over time, each with what it is divided by and its definition. Four queries, whatever the amount.

Rates are those of `brands.results`; days are UTC.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncDate

from brands.matching import Entity
from brands.models import Answer, Brand, Score
from brands.results import DEFINITIONS, SCORERS, ScoreRow, Tally, entity_result, newest_versions
from brands.statistics import Interval

Bucket = tuple[str, date | None]  # a collector, and the first day of the time that the figures are about


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"

    def first_day(self, day: date) -> date | None:
        """Of the span that the day is in; None for all days together."""
        if self == Span.TOTAL:
            return None
        if self == Span.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self == Span.MONTH else day


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    title: str  # under which `brands.results` defines it
    denominator: str

    @property
    def definition(self) -> str:
        return DEFINITIONS[self.title]


VISIBILITY = Metric("visibility", "Visibility", "answers received and scored")
SHARE_OF_VOICE = Metric(
    "share_of_voice", "Share of voice", "mentions of the brand and all competitors in answers to unbranded queries"
)
FIRST_POSITION = Metric("first_position", "First position", "answers that mention it")
SENTIMENT = Metric("sentiment", "Sentiment", "answers that say enough about it to judge")
METRICS = (VISIBILITY, SHARE_OF_VOICE, FIRST_POSITION, SENTIMENT)


@dataclass(frozen=True, slots=True)
class Point:
    date: date | None
    value: float | None  # None where there is nothing to compute it from
    interval: Interval | None  # 95 %; None for a mean, and where there are too few queries
    numerator: float
    denominator: int


@dataclass(frozen=True, slots=True)
class Series:
    metric: Metric
    collector: str
    entity: Entity
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Received:
    """How many answers there were, by what became of them."""

    collector: str
    date: date | None
    counts: dict[str, int]


@dataclass(slots=True)
class _Found:
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    scored: Counter[UUID] = field(default_factory=Counter)  # answers, by query

    def points(self, entities: list[Entity], entity: Entity, day: date | None) -> dict[Metric, Point]:
        all_mentions: Counter[UUID] = sum((self.tallies[each.key].mentions for each in entities), Counter())
        tally = self.tallies[entity.key]
        found = entity_result(entity, tally, self.scored, all_mentions)
        visible = (found.visibility, found.visibility_interval, found.mentioning, self.scored.total())
        heard = (found.share_of_voice, found.share_interval, found.mentions, all_mentions.total())
        return {
            VISIBILITY: Point(day, *visible),
            SHARE_OF_VOICE: Point(day, *heard),
            FIRST_POSITION: Point(day, found.first_position, None, sum(tally.positions), found.positions),
            SENTIMENT: Point(day, found.sentiment, None, sum(tally.sentiments), found.sentiments),
        }


def series(brand: Brand, span: Span, **which: Any) -> list[Series]:
    """A series for each collector, entity (the brand first) and metric. `which` narrows the answers down."""
    entities = brand.entities()
    found = _found(brand, span, which)
    made: list[Series] = []
    for collector in sorted({collector for collector, _ in found}):
        days = sorted((day for of, day in found if of == collector), key=lambda day: day or date.min)
        for entity in entities:
            points = [found[collector, day].points(entities, entity, day) for day in days]
            made += [Series(metric, collector, entity, [each[metric] for each in points]) for metric in METRICS]
    return made


def _found(brand: Brand, span: Span, which: dict[str, Any]) -> dict[Bucket, _Found]:
    scores = Score.objects.filter(
        **{f"answer__{name}": value for name, value in which.items()},
        answer__brand=brand,
        answer__status=Answer.Status.ANSWERED,
        scorer__in=SCORERS,
    ).order_by("created_at", "pk")
    columns = [*ScoreRow._fields[:6], "answer__collector", "answer__query_id", "answer__query__is_branded"]
    days: dict[UUID, datetime] = {}
    rows = []
    for *values, asked_at in scores.values_list(*columns, "answer__asked_at").iterator():
        row = ScoreRow(*values)
        days[row.answer_id] = asked_at
        rows.append(row)
    found: dict[Bucket, _Found] = defaultdict(_Found)
    scored: dict[UUID, tuple[_Found, UUID]] = {}
    for row in newest_versions(rows):
        bucket = found[row.collector, span.first_day(days[row.answer_id].date())]
        bucket.tallies[row.entity].add(row)
        if row.scorer == "mentions":
            scored.setdefault(row.answer_id, (bucket, row.query_id))
    for bucket, query in scored.values():
        bucket.scored[query] += 1
    return found


def received(brand: Brand, span: Span, **which: Any) -> list[Received]:
    """The answers of each collector and span, by status."""
    answers = Answer.objects.filter(brand=brand, **which).annotate(day=TruncDate("asked_at")).order_by()
    counts: dict[Bucket, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Answer.Status.values, 0))
    for collector, day, status, number in answers.values_list("collector", "day", "status").annotate(n=Count("pk")):
        counts[collector, span.first_day(day)][status] += number
    return [
        Received(collector, day, of)
        for (collector, day), of in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or date.min))
    ]

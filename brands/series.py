"""A brand's figures over time, each with what it is divided by and its definition.

Rates are those of `brands.results`; days are those of the site's time zone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from brands.matching import Entity
from brands.models import Answer, Brand
from brands.results import DEFINITIONS, Found, added_up, entity_result, found_mentions
from brands.statistics import Interval
from brands.totals import SENTIMENT_UNIT, Totals

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
CITATION_SHARE = Metric("citation_share", "Citation share", "all pages that the answers cite")
METRICS = (VISIBILITY, SHARE_OF_VOICE, FIRST_POSITION, SENTIMENT, CITATION_SHARE)


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


def series(brand: Brand, span: Span, totals: Totals) -> list[Series]:
    """A series for each collector, entity (the brand first) and metric. `totals`: by day."""
    entities = brand.entities()
    found = added_up(brand, totals, span.first_day)
    made: list[Series] = []
    for collector in sorted({collector for collector, day in found if found[collector, day].scored}):
        days = _days(key for key in found if key[0] == collector and found[key].scored)
        for entity in entities:
            points = [_points(found[collector, day], entities, entity, day) for day in days]
            made += [Series(metric, collector, entity, [each[metric] for each in points]) for metric in METRICS]
    return made


def received(span: Span, totals: Totals) -> list[Received]:
    """The answers of each collector and span, by status."""
    found: dict[Bucket, Found] = defaultdict(Found)
    for answers in totals.answers:
        found[answers.collector, span.first_day(answers.day)].add_answers(answers)
    return [
        Received(collector, day, {status: found[collector, day].statuses[status] for status in Answer.Status.values})
        for collector in sorted({collector for collector, _ in found})
        for day in _days(key for key in found if key[0] == collector)
    ]


def _days(buckets: Iterable[Bucket]) -> list[date | None]:
    return sorted((day for _, day in buckets), key=lambda day: day or date.min)


def _points(found: Found, entities: list[Entity], entity: Entity, day: date | None) -> dict[Metric, Point]:
    all_mentions = found_mentions(found, entities)
    of = entity_result(entity, found, all_mentions)
    tally = found.tallies[entity.key]
    cited = (of.citation_share, of.citation_interval, of.cited, found.cited.total())
    return {
        VISIBILITY: Point(day, of.visibility, of.visibility_interval, of.mentioning, found.scored.total()),
        SHARE_OF_VOICE: Point(day, of.share_of_voice, of.share_interval, of.mentions, all_mentions.total()),
        FIRST_POSITION: Point(day, of.first_position, None, tally.position_sum, of.positions),
        SENTIMENT: Point(day, of.sentiment, None, tally.sentiment_sum / SENTIMENT_UNIT, of.sentiments),
        CITATION_SHARE: Point(day, *cited),
    }

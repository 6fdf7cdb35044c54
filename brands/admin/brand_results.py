"""A brand's figures as its page shows them: each with its denominator and the way to the answers behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from brands.admin.links import admin_url
from brands.admin.words import number, percent, percent_range, signed
from brands.models import Answer, Brand, Rescore
from brands.rescoring import outdated
from brands.results import DEFINITIONS, CollectorResult, EntityResult, by_collector
from brands.statistics import Interval

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "all time"}
DEFAULT_PERIOD = "30"
ORDER_BY_POSITION, ORDER_BY_SENTIMENT = "4", "5"  # columns of the list of answers
TOO_FEW = "too few queries for an interval"
COLOURS = 8  # as many as the style sheet has


@dataclass(frozen=True, slots=True)
class Figure:
    value: str
    basis: str = ""  # the denominator, in words
    link: str = ""
    interval: str = ""  # 95 %
    note: str = ""  # why there is none


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    colour: int
    percent: float
    figure: Figure
    low: float | None  # of the interval, in percent
    width: float  # of the interval, in points


@dataclass(frozen=True, slots=True)
class DomainRow:
    domain: str
    count: int
    owner: str
    category: str
    link: str


@dataclass(frozen=True, slots=True)
class CollectorPanel:
    """One collector's figures, ready to print."""

    collector: str
    received: Figure
    left_out: list[Figure]  # answers that are in no rate, by what became of them
    figures: list[tuple[str, str, Figure]]  # name, definition, figure
    domains: list[DomainRow]
    categories: list[tuple[str, int]]  # pages cited, by the kind of site
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class BrandResults:
    panels: list[CollectorPanel]
    periods: list[tuple[str, str, bool]]  # label, address, chosen
    period: str
    has_answers: bool  # of any time
    query_count: int
    definitions: dict[str, str]
    domains_definition: str
    add_queries: str
    all_answers: str
    outdated: int  # answers with scores of other names or of an earlier scorer
    has_waiting_rescore: bool
    rescore: str
    changes: str
    plan: str


def brand_results(brand: Brand, parameters: Mapping[str, str]) -> BrandResults:
    chosen = parameters.get("period", DEFAULT_PERIOD)
    chosen = chosen if chosen in PERIODS else DEFAULT_PERIOD
    since = None if chosen == "all" else timezone.localdate() - timedelta(days=int(chosen) - 1)
    return BrandResults(
        panels=[_Links(brand, result.collector, since).panel(result) for result in by_collector(brand, since=since)],
        periods=[(label, f"?period={key}", key == chosen) for key, label in PERIODS.items()],
        period=PERIODS[chosen],
        has_answers=brand.answers.exists(),
        query_count=brand.queries.filter(is_active=True).count(),
        definitions=DEFINITIONS,
        domains_definition=DEFINITIONS["Top cited domains"],
        add_queries=admin_url("brands_query_many", brand=brand.pk),
        all_answers=admin_url("brands_answer_changelist", brand__id__exact=brand.pk),
        outdated=outdated(brand),
        has_waiting_rescore=brand.rescores.filter(state=Rescore.State.READY).exists(),
        rescore=admin_url("brands_brand_rescore", brand.pk),
        changes=admin_url("brands_brand_changes", brand.pk),
        plan=admin_url("brands_brand_plan", brand.pk),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """The lists of answers behind the figures of one collector."""

    brand: Brand
    collector: str
    since: date | None

    def answers(self, **filters: object) -> str:
        return admin_url(
            "brands_answer_changelist",
            brand__id__exact=self.brand.pk,
            collector=self.collector,
            asked_at_from=self.since,
            **filters,
        )

    def answered(self, **filters: object) -> str:
        return self.answers(status__exact=Answer.Status.ANSWERED.value, **filters)

    def panel(self, result: CollectorResult) -> CollectorPanel:
        return CollectorPanel(
            collector=result.collector,
            received=Figure(str(result.answered), f"of {result.requested} asked", self.answered()),
            left_out=self._left_out(result),
            figures=[(name, DEFINITIONS[name], figure) for name, figure in self._figures(result).items()],
            domains=[
                DomainRow(
                    each.domain or "no domain",
                    each.citations,
                    each.owner,
                    each.category.value,
                    self.answered(cites=each.domain),
                )
                for each in result.top_domains
            ],
            categories=[(category.value, number) for category, number in result.categories.items()],
            bars=[self._bar(result, entity, place) for place, entity in enumerate(result.entities)],
        )

    def _left_out(self, result: CollectorResult) -> list[Figure]:
        counts = {status: getattr(result, status) for status in ("empty", "absent", "refused", "failed", "waiting")}
        left_out = [
            Figure(f"{count} {status}", link=self.answers(status__exact=status))
            for status, count in counts.items()
            if count
        ]
        unscored = result.answered - result.scored
        return left_out + ([Figure(f"{unscored} not scored yet")] if unscored else [])

    def _figures(self, result: CollectorResult) -> dict[str, Figure]:
        own = result.brand
        return {
            "Visibility": self._visibility(result, own),
            "Share of voice": _rate(
                result.share_of_voice,
                own.share_interval,
                f"{own.mentions} of {result.all_mentions} mentions",
                self.answered(query__is_branded="0"),
            ),
            "First position": Figure(
                f"word {own.first_position:.0f}" if own.first_position is not None else "–",
                f"mean of {number(own.positions, 'answer')}",
                self.answered(mentions="brand", o=ORDER_BY_POSITION),
            ),
            "Sentiment": Figure(
                signed(own.sentiment),
                f"mean of {number(own.sentiments, 'judged answer')}",
                self.answered(mentions="brand", o=ORDER_BY_SENTIMENT),
            ),
            "Recommended": Figure(
                percent(own.stances["recommended"] / own.mentioning if own.mentioning else None),
                f"{own.stances['recommended']} of {number(own.mentioning, 'answer')}; compared in "
                f"{own.stances['compared']}, warned against in {own.stances['warned_against']}",
                self.answered(mentions="brand"),
            ),
            "Citation share": _rate(
                own.citation_share,
                own.citation_interval,
                f"{own.cited} of {number(result.citations, 'cited page')}; {own.consulted} only consulted",
                self.answered(),
            ),
        }

    def _visibility(self, result: CollectorResult, entity: EntityResult) -> Figure:
        mentioned = "brand" if entity is result.brand else entity.entity.key
        return _rate(
            entity.visibility,
            entity.visibility_interval,
            f"{entity.mentioning} of {number(result.scored, 'answer')}",
            self.answered(mentions=mentioned),
        )

    def _bar(self, result: CollectorResult, entity: EntityResult, place: int) -> Bar:
        interval = entity.visibility_interval
        return Bar(
            name=entity.entity.name,
            colour=place % COLOURS,
            percent=round(100 * (entity.visibility or 0), 1),
            figure=self._visibility(result, entity),
            low=round(100 * interval.low, 1) if interval else None,
            width=round(100 * (interval.high - interval.low), 1) if interval else 0,
        )


def _rate(value: float | None, interval: Interval | None, basis: str, link: str) -> Figure:
    if interval is not None:
        return Figure(percent(value), basis, link, interval=percent_range(interval))
    return Figure(percent(value), basis, link, note="" if value is None else TOO_FEW)

"""A brand's figures per collector, from the totals of its answers. A few queries, whatever the amount.

An answer is *received* when it has a text. Failed, empty, absent and refused ones are counted apart and are in no
rate; neither are answers that no scorer has read yet.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from brands.categories import Category, category_of
from brands.matching import Entity
from brands.models import Answer, AnswerTotal, Brand, DomainRule, EntityTotal, HostTotal
from brands.selection import Selection
from brands.statistics import Cluster, Interval, rate, share
from brands.totals import SENTIMENT_UNIT, Totals
from brands.urls import Owner, owner_of, owns, registrable_domain

STANCES = ("recommended", "compared", "warned_against")
TOP_DOMAINS = 5
DEFINITIONS = {
    "Visibility": "Answers that mention it ÷ answers received and scored.",
    "Share of voice": "Its mentions ÷ mentions of the brand and all competitors, in answers to unbranded queries.",
    "First position": "Mean number of the word at which it is first mentioned, over the answers that mention it.",
    "Sentiment": "Mean from −1 to 1 over the answers that say enough about it to judge.",
    "Recommended": "Answers that recommend it ÷ answers that mention it; likewise compared, and warned against.",
    "Citation share": "Cited pages on its domains ÷ all cited pages; pages that were only consulted are counted apart.",
    "Interval": "The range after a rate: 95 of 100 such ranges hold the rate over all queries like these.",
    "Top cited domains": "Domains that the answers cite most: how often, whose they are and of what kind.",
    "Received": "Answers with a text. Failed, empty, absent and refused ones are counted apart and are in no rate.",
}


class DomainCount(NamedTuple):
    domain: str
    citations: int  # pages that were only consulted are not counted
    owner: Owner
    category: Category = Category.CORPORATE


@dataclass(frozen=True, slots=True)
class EntityResult:
    """The figures of the brand or of one competitor in one collector. None: there is nothing to compute it from."""

    entity: Entity
    mentioning: int  # answers that mention it
    mentions: int  # in answers to unbranded queries
    visibility: float | None
    visibility_interval: Interval | None  # 95 %; None also where there are too few queries
    share_of_voice: float | None
    share_interval: Interval | None  # likewise
    first_position: float | None  # mean, in words
    positions: int  # answers behind it
    sentiment: float | None  # mean, −1…1
    sentiments: int  # answers behind it
    stances: dict[str, int]  # answers that recommend it, compare it, warn against it
    cited: int  # pages on its domains
    consulted: int  # pages on its domains that the engine only read
    citation_share: float | None  # of all pages that are cited
    citation_interval: Interval | None


@dataclass(frozen=True, slots=True)
class CollectorResult:
    """What came from one collector. The rates are the brand's; those of all, the brand first, are in `entities`."""

    collector: str
    requested: int
    answered: int
    empty: int
    absent: int
    refused: int
    failed: int
    waiting: int
    scored: int  # of those answered; the denominator of visibility
    all_mentions: int  # of all entities in answers to unbranded queries; the denominator of share of voice
    citations: int
    entities: list[EntityResult]
    top_domains: list[DomainCount]
    categories: dict[Category, int]  # pages cited

    @property
    def brand(self) -> EntityResult:
        return self.entities[0]

    @property
    def visibility(self) -> float | None:
        return self.brand.visibility

    @property
    def share_of_voice(self) -> float | None:
        return self.brand.share_of_voice

    @property
    def first_position(self) -> float | None:
        return self.brand.first_position

    @property
    def sentiment(self) -> float | None:
        return self.brand.sentiment


@dataclass(slots=True)
class Tally:
    """What the totals of one entity add up to."""

    mentioning: Counter[UUID] = field(default_factory=Counter)  # by query, like `mentions`
    mentions: Counter[UUID] = field(default_factory=Counter)  # in answers to unbranded queries
    positions: int = 0
    position_sum: int = 0
    sentiments: int = 0
    sentiment_sum: int = 0
    recommended: int = 0
    compared: int = 0
    warned_against: int = 0
    cited: Counter[UUID] = field(default_factory=Counter)  # pages, by query
    consulted: int = 0

    def add(self, total: EntityTotal, *, is_branded: bool) -> None:
        self.mentioning[total.query_id] += total.mentioning
        self.mentions[total.query_id] += 0 if is_branded else total.mentions
        for name in ("positions", "position_sum", "sentiments", "sentiment_sum", *STANCES):
            setattr(self, name, getattr(self, name) + getattr(total, name))


@dataclass(slots=True)
class Found:
    """What the totals of one collector, and perhaps of one span of days, add up to."""

    statuses: Counter[str] = field(default_factory=Counter)
    scored: Counter[UUID] = field(default_factory=Counter)  # answers, by query
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))  # by key of the entity
    cited: Counter[UUID] = field(default_factory=Counter)  # pages, by query
    hosts: Counter[str] = field(default_factory=Counter)  # pages cited

    def add_answers(self, total: AnswerTotal) -> None:
        for status in Answer.Status.values:
            self.statuses[status] += getattr(total, status)
        if total.scored:
            self.scored[total.query_id] += total.scored

    def add_host(self, total: HostTotal, entities: Iterable[Entity]) -> None:
        self.hosts[total.host] += total.cited
        if total.cited:
            self.cited[total.query_id] += total.cited
        for entity in entities:
            if owns(entity, total.host):
                self.tallies[entity.key].cited[total.query_id] += total.cited
                self.tallies[entity.key].consulted += total.consulted


def by_collector(
    brand: Brand, run: Any = None, *, since: date | None = None, selection: Selection | None = None
) -> list[CollectorResult]:
    """The figures of each collector that was asked, by name; of one run only, or of answers asked since a day."""
    selection = selection or Selection(run_id=None if run is None else run.pk, since=since)
    entities = brand.entities()
    categories = domain_categories(brand)
    found = added_up(brand, selection.totals(brand), lambda day: None)
    asked = {collector: of for (collector, _), of in found.items() if of.statuses.total()}
    return [_result(collector, asked[collector], entities, categories) for collector in sorted(asked)]


def domain_categories(brand: Brand) -> dict[str, Category]:
    """The customer's own rules."""
    rules = DomainRule.objects.filter(customer_id=brand.customer_id)
    return {rule.domain: Category(rule.category) for rule in rules}


def added_up(
    brand: Brand, totals: Totals, span_of: Callable[[date], date | None]
) -> dict[tuple[str, date | None], Found]:
    """The totals by collector and by the first day of the span that their day is in."""
    entities = brand.entities()
    branded = set(brand.queries.filter(is_branded=True).values_list("pk", flat=True))
    found: dict[tuple[str, date | None], Found] = defaultdict(Found)
    for answers in totals.answers:
        found[answers.collector, span_of(answers.day)].add_answers(answers)
    for total in totals.entities:
        tally = found[total.collector, span_of(total.day)].tallies[str(total.competitor_id or brand.pk)]
        tally.add(total, is_branded=total.query_id in branded)
    for host in totals.hosts:
        found[host.collector, span_of(host.day)].add_host(host, entities)
    return found


def _domains(hosts: Counter[str], entities: list[Entity], categories: Mapping[str, Category]) -> list[DomainCount]:
    """How often each domain is cited, most cited first; a domain with two owners is there twice."""
    counts: Counter[tuple[str, Owner]] = Counter()
    kinds: dict[tuple[str, Owner], Counter[Category]] = defaultdict(Counter)
    for host, number in hosts.items():
        key = (registrable_domain(host), owner_of(host, entities))
        counts[key] += number
        kinds[key][category_of(host, categories)] += number
    found = [
        DomainCount(domain, number, owner, kinds[domain, owner].most_common(1)[0][0])
        for (domain, owner), number in counts.items()
        if number
    ]
    return sorted(found, key=lambda each: (-each.citations, each.domain))


def _result(
    collector: str, found: Found, entities: list[Entity], categories: Mapping[str, Category]
) -> CollectorResult:
    all_mentions = found_mentions(found, entities)
    kinds: Counter[Category] = Counter()
    for host, number in found.hosts.items():
        kinds[category_of(host, categories)] += number
    return CollectorResult(
        collector=collector,
        requested=found.statuses.total(),
        **{status: found.statuses[status] for status in Answer.Status.values},
        scored=found.scored.total(),
        all_mentions=all_mentions.total(),
        citations=found.cited.total(),
        entities=[entity_result(entity, found, all_mentions) for entity in entities],
        top_domains=_domains(found.hosts, entities, categories)[:TOP_DOMAINS],
        categories={category: kinds[category] for category in Category if kinds[category]},
    )


def found_mentions(found: Found, entities: list[Entity]) -> Counter[UUID]:
    """Mentions of all entities in answers to unbranded queries, by query."""
    return sum((found.tallies[entity.key].mentions for entity in entities), Counter())


def entity_result(entity: Entity, found: Found, all_mentions: Counter[UUID]) -> EntityResult:
    """The figures of an entity; `all_mentions` are those of all entities, by query."""
    tally = found.tallies[entity.key]
    visibility = rate(_clusters(tally.mentioning, found.scored))
    share_of_voice = share(_clusters(tally.mentions, all_mentions))
    citation_share = share(_clusters(tally.cited, found.cited))
    return EntityResult(
        entity=entity,
        mentioning=tally.mentioning.total(),
        mentions=tally.mentions.total(),
        visibility=visibility.value if visibility else None,
        visibility_interval=visibility.interval if visibility else None,
        share_of_voice=share_of_voice.value if share_of_voice else None,
        share_interval=share_of_voice.interval if share_of_voice else None,
        first_position=tally.position_sum / tally.positions if tally.positions else None,
        positions=tally.positions,
        sentiment=tally.sentiment_sum / SENTIMENT_UNIT / tally.sentiments if tally.sentiments else None,
        sentiments=tally.sentiments,
        stances={stance: getattr(tally, stance) for stance in STANCES},
        cited=tally.cited.total(),
        consulted=tally.consulted,
        citation_share=citation_share.value if citation_share else None,
        citation_interval=citation_share.interval if citation_share else None,
    )


def _clusters(totals: Counter[UUID], sizes: Counter[UUID]) -> list[Cluster]:
    return [Cluster(totals[query], size) for query, size in sizes.items()]

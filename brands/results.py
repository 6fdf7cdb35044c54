"""A brand's figures per collector, computed from its answers and the newest scores. Five queries, whatever the amount.

An answer is *received* when it has a text. Failed, empty, absent and refused ones are counted apart and are in no
rate; neither are answers that no scorer has read yet.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count

from brands.matching import Entity
from brands.models import Answer, Brand, Citation, Score
from brands.statistics import Cluster, Interval, rate, share
from brands.urls import Owner, owner_of, registrable_domain

SCORERS = ("mentions", "position", "sentiment")
TOP_DOMAINS = 5
DEFINITIONS = {
    "Visibility": "Answers that mention it ÷ answers received and scored.",
    "Share of voice": "Its mentions ÷ mentions of the brand and all competitors, in answers to unbranded queries.",
    "First position": "Mean number of the word at which it is first mentioned, over the answers that mention it.",
    "Sentiment": "Mean from −1 to 1 over the answers that say enough about it to judge.",
    "Interval": "The range after a rate: 95 of 100 such ranges hold the rate over all queries like these.",
    "Top cited domains": "Domains that the answers cite most, with how often they are cited and whose they are.",
    "Received": "Answers with a text. Failed, empty, absent and refused ones are counted apart and are in no rate.",
}


class DomainCount(NamedTuple):
    domain: str
    citations: int  # pages that were only consulted are not counted
    owner: Owner


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


class ScoreRow(NamedTuple):
    answer_id: UUID
    scorer: str
    version: str
    brand_id: UUID | None
    competitor_id: UUID | None
    measures: dict[str, Any]
    collector: str
    query_id: UUID
    is_branded: bool

    @property
    def entity(self) -> str:
        """The entity's key."""
        return str(self.brand_id or self.competitor_id)


@dataclass(slots=True)
class Tally:
    """What scores of one entity add up to."""

    mentioning: Counter[UUID] = field(default_factory=Counter)  # by query, like `mentions`
    mentions: Counter[UUID] = field(default_factory=Counter)
    positions: list[int] = field(default_factory=list)
    sentiments: list[float] = field(default_factory=list)

    def add(self, row: ScoreRow) -> None:
        if row.scorer == "mentions":
            count = row.measures.get("mention_count") or 0
            self.mentioning[row.query_id] += count > 0
            self.mentions[row.query_id] += 0 if row.is_branded else count
        elif row.scorer == "position" and row.measures.get("first_position") is not None:
            self.positions.append(row.measures["first_position"])
        elif row.scorer == "sentiment" and row.measures.get("score") is not None:
            self.sentiments.append(row.measures["score"])


def by_collector(brand: Brand, run: Any = None, *, since: date | None = None) -> list[CollectorResult]:
    """The figures of each collector that was asked, by name; of one run only, or of answers asked since a day."""
    which: dict[str, Any] = {"brand": brand}
    if run is not None:
        which["run"] = run
    if since is not None:
        which["asked_at__date__gte"] = since
    entities = brand.entities()
    statuses = _statuses(which)
    tallies, scored = _tallies(which)
    cited = _cited(which, entities)
    return [
        _result(collector, counts, entities, tallies[collector], scored[collector], cited[collector])
        for collector, counts in sorted(statuses.items())
    ]


def _statuses(which: dict[str, Any]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Answer.objects.filter(**which).order_by().values_list("collector", "status").annotate(n=Count("pk"))
    for collector, status, number in rows:
        counts[collector][status] = number
    return counts


def newest_versions(rows: Iterable[ScoreRow]) -> list[ScoreRow]:
    """Of each scorer, only what its newest version found in an answer. `rows` come oldest first."""
    versions: dict[tuple[UUID, str], dict[str, list[ScoreRow]]] = defaultdict(dict)
    newest: dict[tuple[UUID, str], str] = {}
    for row in rows:
        versions[row.answer_id, row.scorer].setdefault(row.version, []).append(row)
        newest[row.answer_id, row.scorer] = row.version
    return [row for key, version in newest.items() for row in versions[key][version]]


def _tallies(which: dict[str, Any]) -> tuple[dict[str, dict[str, Tally]], dict[str, Counter[UUID]]]:
    """Per collector, what was found for each entity by its key, and how many answers to each query were scored."""
    scores = Score.objects.filter(
        **{f"answer__{name}": value for name, value in which.items()},
        answer__status=Answer.Status.ANSWERED,
        scorer__in=SCORERS,
    ).order_by("created_at", "pk")
    columns = [*ScoreRow._fields[:6], "answer__collector", "answer__query_id", "answer__query__is_branded"]
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    scored: dict[str, set[tuple[UUID, UUID]]] = defaultdict(set)
    for row in newest_versions(ScoreRow(*values) for values in scores.values_list(*columns).iterator()):
        tallies[row.collector][row.entity].add(row)
        if row.scorer == "mentions":
            scored[row.collector].add((row.answer_id, row.query_id))
    by_query = {collector: Counter(query for _, query in answers) for collector, answers in scored.items()}
    return tallies, defaultdict(Counter, by_query)


def _cited(which: dict[str, Any], entities: list[Entity]) -> dict[str, list[DomainCount]]:
    """Per collector, how often each domain is cited, most cited first; a domain with two owners is there twice."""
    citations = Citation.objects.filter(
        **{f"answer__{name}": value for name, value in which.items()},
        answer__status=Answer.Status.ANSWERED,
        is_cited=True,
    ).order_by()
    counts: dict[str, dict[tuple[str, Owner], int]] = defaultdict(lambda: defaultdict(int))
    for collector, domain, number in citations.values_list("answer__collector", "domain").annotate(n=Count("pk")):
        counts[collector][domain, "other"] = number
    theirs = {registrable_domain(domain) for entity in entities for domain in entity.domains}
    owned = citations.filter(domain__in=theirs)
    for collector, domain, url in owned.values_list("answer__collector", "domain", "canonical_url").iterator():
        if (owner := owner_of(url, entities)) != "other":
            counts[collector][domain, owner] += 1
            counts[collector][domain, "other"] -= 1
    return defaultdict(list, {collector: _ranked(found) for collector, found in counts.items()})


def _ranked(counts: dict[tuple[str, Owner], int]) -> list[DomainCount]:
    found = [DomainCount(domain, number, owner) for (domain, owner), number in counts.items() if number]
    return sorted(found, key=lambda each: (-each.citations, each.domain))


def _result(
    collector: str,
    counts: dict[str, int],
    entities: list[Entity],
    tallies: dict[str, Tally],
    scored: Counter[UUID],
    cited: list[DomainCount],
) -> CollectorResult:
    all_mentions: Counter[UUID] = sum((tallies[entity.key].mentions for entity in entities), Counter())
    return CollectorResult(
        collector=collector,
        requested=sum(counts.values()),
        **{status: counts.get(status, 0) for status in Answer.Status.values},
        scored=scored.total(),
        all_mentions=all_mentions.total(),
        citations=sum(each.citations for each in cited),
        entities=[entity_result(entity, tallies[entity.key], scored, all_mentions) for entity in entities],
        top_domains=cited[:TOP_DOMAINS],
    )


def entity_result(entity: Entity, tally: Tally, scored: Counter[UUID], all_mentions: Counter[UUID]) -> EntityResult:
    """The figures of an entity; `scored` are answers and `all_mentions` the mentions of all entities, by query."""
    visibility = rate(_clusters(tally.mentioning, scored))
    share_of_voice = share(_clusters(tally.mentions, all_mentions))
    return EntityResult(
        entity=entity,
        mentioning=tally.mentioning.total(),
        mentions=tally.mentions.total(),
        visibility=visibility.value if visibility else None,
        visibility_interval=visibility.interval if visibility else None,
        share_of_voice=share_of_voice.value if share_of_voice else None,
        share_interval=share_of_voice.interval if share_of_voice else None,
        first_position=fmean(tally.positions) if tally.positions else None,
        positions=len(tally.positions),
        sentiment=fmean(tally.sentiments) if tally.sentiments else None,
        sentiments=len(tally.sentiments),
    )


def _clusters(totals: Counter[UUID], sizes: Counter[UUID]) -> list[Cluster]:
    return [Cluster(totals[query], size) for query, size in sizes.items()]

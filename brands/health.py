"""How providers do: what becomes of their calls, how long they take, what they cost, and what changed about them.

It is read off the ledger and the answers, over the calls that are given.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import NamedTuple
from unicodedata import normalize

from django.db.models import QuerySet
from django.utils import timezone

from brands.models import Answer, Call, CallStatus, Purpose

MOST_CALLS = 50_000  # the newest of them are looked at
ENOUGH = 5  # searched answers of a day, below which nothing is said about searching
USUALLY = 0.5  # of the answers of a day searched: from here on none at all is an event
OUTCOMES = ("answered", "empty", "absent", "refused", "failed", "ambiguous")


class Kind(StrEnum):
    STOPPED_SEARCHING = "stopped searching"
    MODEL_CHANGED = "model changed"


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """Something about a provider that makes answers before and after it hard to compare."""

    kind: Kind
    collector: str
    provider: str
    day: date
    words: str


class CallRow(NamedTuple):
    collector: str
    provider: str
    status: str
    opened_at: datetime
    closed_at: datetime | None
    cost_usd: Decimal | None
    answer_status: str | None
    searched: bool | None
    model_served: str | None

    @property
    def outcome(self) -> str:
        """What became of it; "" while it is open."""
        if self.status == CallStatus.ANSWERED:
            return self.answer_status if self.answer_status in OUTCOMES else "answered"
        return {CallStatus.OPEN: "", CallStatus.FAILED: "failed"}.get(CallStatus(self.status), "ambiguous")

    @property
    def day(self) -> date:
        return timezone.localdate(self.opened_at)


@dataclass(slots=True)
class ProviderHealth:
    """One provider's calls for one collector."""

    collector: str
    provider: str
    outcomes: Counter[str] = field(default_factory=Counter)
    days: dict[date, Counter[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)  # from opened to closed, of calls that were answered
    usd: Decimal = Decimal(0)
    searched: dict[date, list[bool]] = field(default_factory=dict)
    models: dict[str, date] = field(default_factory=dict)  # and the day on which each was first served
    canaries: Counter[bool] = field(default_factory=Counter)  # answers to queries with a known answer: right or not

    @property
    def asked(self) -> int:
        return self.outcomes.total()

    def share(self, outcome: str) -> float | None:
        return self.outcomes[outcome] / self.asked if self.asked else None

    @property
    def p50(self) -> float | None:
        return percentile(self.seconds, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.seconds, 0.95)

    def add(self, row: CallRow) -> None:
        self.usd += row.cost_usd or 0
        if not row.outcome:
            return
        self.outcomes[row.outcome] += 1
        self.days.setdefault(row.day, Counter())[row.outcome] += 1
        if row.status == CallStatus.ANSWERED and row.closed_at is not None:
            self.seconds.append((row.closed_at - row.opened_at).total_seconds())
        if row.searched is not None:
            self.searched.setdefault(row.day, []).append(row.searched)
        if row.model_served:
            self.models.setdefault(row.model_served, row.day)

    @property
    def events(self) -> list[ProviderEvent]:
        return sorted([*self._model_changes(), *self._searches()], key=lambda event: event.day)

    def _model_changes(self) -> Iterable[ProviderEvent]:
        """A model that was not served before is one; two that take turns are not."""
        served = list(self.models.items())
        for (before, _), (model, day) in pairwise(served):
            yield self._event(Kind.MODEL_CHANGED, day, f"{model} answers; before it was {before}.")

    def _searches(self) -> Iterable[ProviderEvent]:
        known = [(day, found) for day, found in sorted(self.searched.items()) if len(found) >= ENOUGH]
        for (_, before), (day, now) in pairwise(known):
            if sum(before) / len(before) >= USUALLY and not any(now):
                words = (
                    f"None of {len(now)} answers searched the web; {sum(before)} of {len(before)} did the day before."
                )
                yield self._event(Kind.STOPPED_SEARCHING, day, words)

    def _event(self, kind: Kind, day: date, words: str) -> ProviderEvent:
        return ProviderEvent(kind, self.collector, self.provider, day, words)


def percentile(values: list[float], part: float) -> float | None:
    """The smallest value that so large a part of them does not exceed (nearest rank); None of none."""
    return sorted(values)[max(ceil(part * len(values)) - 1, 0)] if values else None


def health(calls: "QuerySet[Call]") -> list[ProviderHealth]:
    """By collector and provider, of the newest of these calls; those that answer no query are left out."""
    calls = calls.filter(purpose=Purpose.ANSWER)
    columns = ("collector", "provider", "status", "opened_at", "closed_at", "cost_usd")
    of_answer = ("answer__status", "answer__searched", "answer__model_served")
    newest = calls.order_by("-opened_at").values_list(*columns, *of_answer)[:MOST_CALLS]
    found: dict[tuple[str, str], ProviderHealth] = {}
    for values in reversed(newest):
        row = CallRow(*values)
        found.setdefault((row.collector, row.provider), ProviderHealth(row.collector, row.provider)).add(row)
    for collector, provider, is_right in _canaries(calls):
        if (collector, provider) in found:
            found[collector, provider].canaries[is_right] += 1
    return [found[key] for key in sorted(found)]


def _canaries(calls: "QuerySet[Call]") -> Iterable[tuple[str, str, bool]]:
    answered = calls.filter(answer__status=Answer.Status.ANSWERED, query__isnull=False).exclude(query__expected=[])
    rows = answered.order_by().values_list("collector", "provider", "query__expected", "answer__text")
    for collector, provider, expected, text in rows.iterator(500):
        yield collector, provider, is_right(text, expected)


def is_right(text: str, expected: list[str]) -> bool:
    """Whether an answer to a canary has one of the words that a right answer has."""
    plain = _plain(text)
    return any(_plain(words) in plain for words in expected)


def _plain(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())

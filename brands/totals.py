"""The totals of `models/total.py`: kept up to date with each change, and computed anew from what they sum up.

A change recomputes the totals of the queries and days that it touches, within its own transaction; so what pages read
is never behind. `differences` compares all of a brand's with a full recomputation.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from brands.models import Answer, AnswerTotal, Brand, Citation, EntityTotal, HostTotal, Query, Score
from brands.urls import host_of

SENTIMENT_UNIT = 10_000  # scores have four decimals
LONGEST_HOST = 255
MODELS = (AnswerTotal, EntityTotal, HostTotal)
Cell = tuple[date, UUID, str, str]  # day, query, collector, country
Total = AnswerTotal | EntityTotal | HostTotal


@dataclass(slots=True)
class Totals:
    """Rows of the three tables, saved or not."""

    answers: list[AnswerTotal] = field(default_factory=list)
    entities: list[EntityTotal] = field(default_factory=list)
    hosts: list[HostTotal] = field(default_factory=list)

    def save(self) -> None:
        AnswerTotal.objects.bulk_create(self.answers, batch_size=1000)
        EntityTotal.objects.bulk_create(self.entities, batch_size=1000)
        HostTotal.objects.bulk_create(self.hosts, batch_size=1000)

    @property
    def rows(self) -> list[Total]:
        return [*self.answers, *self.entities, *self.hosts]


def day_of(moment: datetime) -> date:
    """The day that an answer counts for, in the site's time zone whoever looks."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def refresh(answers: Iterable[Answer]) -> None:
    """Bring the totals up to date with which these answers, as they are or were, have to do.

    Call it in the transaction that changes them.
    """
    touched: dict[date, set[UUID]] = defaultdict(set)
    for answer in answers:
        touched[day_of(answer.asked_at)].add(answer.query_id)
    refresh_days(touched)


@transaction.atomic
def refresh_days(touched: dict[date, set[UUID]]) -> None:
    """The same, by the queries of each day."""
    _lock(Query.objects.filter(pk__in=set().union(*touched.values())))
    for day in sorted(touched):
        for model in MODELS:
            model._default_manager.filter(query_id__in=touched[day], day=day).delete()
        on_day = {"asked_at__gte": first_moment(day), "asked_at__lt": first_moment(day + timedelta(days=1))}
        computed(Answer.objects.filter(query_id__in=touched[day], **on_day)).save()


@transaction.atomic
def rebuild(brand: Brand) -> None:
    """Compute all of a brand's totals anew."""
    _lock(Query.objects.filter(brand=brand))
    for model in MODELS:
        model._default_manager.filter(brand=brand).delete()
    computed(Answer.objects.filter(brand=brand)).save()


def _lock(queries: QuerySet[Query]) -> None:
    """Who comes second waits here until the first is through, and then sums up what both changed."""
    list(queries.select_for_update(no_key=True).order_by("pk").values_list("pk"))


@transaction.atomic
def delete_answers(answers: QuerySet[Answer]) -> int:
    """Delete answers with all that was found in them, and leave them out of the totals. Returns how many there were."""
    gone = list(answers.only("pk", "asked_at", "query_id"))
    Answer.objects.filter(pk__in=[answer.pk for answer in gone]).delete()
    refresh(gone)
    return len(gone)


def differences(brand: Brand) -> list[str]:
    """Where the brand's totals are not what a full recomputation gives, in words; [] where they are right."""
    kept = [row for model in MODELS for row in model._default_manager.filter(brand=brand)]
    was, now = _by_key(kept), _by_key(computed(Answer.objects.filter(brand=brand)).rows)
    wrong = sorted(key for key in was.keys() | now.keys() if was.get(key) != now.get(key))
    return [f"{key} is {was.get(key)} and should be {now.get(key)}." for key in wrong]


def _by_key(rows: Iterable[Total]) -> dict[str, dict[str, Any]]:
    found = {}
    for row in rows:
        values = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if each.name != "id"}
        about = values.get("competitor_id") or values.get("host") or ""
        found[f"{type(row).__name__} {row} {row.country} {about}"] = values
    return found


def computed(answers: QuerySet[Answer]) -> Totals:
    """The totals of some answers, from the answers, their current scores and their citations; not saved."""
    sums = _Sums()
    columns = ("pk", "brand_id", "asked_at", "query_id", "collector", "country", "status")
    for pk, brand_id, asked_at, query_id, collector, country, status in answers.order_by().values_list(*columns):
        sums.add_answer(pk, brand_id, (day_of(asked_at), query_id, collector, country), status)
    read = answers.filter(status=Answer.Status.ANSWERED).order_by().values("pk")
    scores = Score.objects.filter(answer__in=read, is_current=True, scorer__in=_ADD).order_by()
    for row in scores.values_list("answer_id", "competitor_id", "scorer", "measures").iterator():
        sums.add_score(*row)
    citations = Citation.objects.filter(answer__in=read).order_by()
    for pk, url, is_cited in citations.values_list("answer_id", "canonical_url", "is_cited").iterator():
        sums.add_citation(pk, url, is_cited)
    return Totals(list(sums.answers.values()), list(sums.entities.values()), list(sums.hosts.values()))


class _Sums:
    def __init__(self) -> None:
        self._cells: dict[UUID, tuple[Cell, dict[str, Any]]] = {}
        self.answers: dict[Cell, AnswerTotal] = {}
        self.entities: dict[tuple[Cell, UUID | None], EntityTotal] = {}
        self.hosts: dict[tuple[Cell, str], HostTotal] = {}

    def add_answer(self, pk: UUID, brand_id: UUID, cell: Cell, status: str) -> None:
        columns = {"brand_id": brand_id, **dict(zip(("day", "query_id", "collector", "country"), cell, strict=True))}
        self._cells[pk] = (cell, columns)
        total = self.answers.setdefault(cell, AnswerTotal(**columns))
        setattr(total, status, getattr(total, status) + 1)

    def add_score(self, pk: UUID, competitor_id: UUID | None, scorer: str, measures: dict[str, Any]) -> None:
        cell, columns = self._cells[pk]
        if scorer == "mentions" and competitor_id is None:
            self.answers[cell].scored += 1
        key = (cell, competitor_id)
        if key not in self.entities:
            self.entities[key] = EntityTotal(competitor_id=competitor_id, **columns)
        _ADD[scorer](self.entities[key], measures)

    def add_citation(self, pk: UUID, url: str, is_cited: bool) -> None:
        cell, columns = self._cells[pk]
        host = host_of(url)[:LONGEST_HOST]
        key = (cell, host)
        if key not in self.hosts:
            self.hosts[key] = HostTotal(host=host, **columns)
        self.hosts[key].cited += is_cited
        self.hosts[key].consulted += not is_cited


def _add_mentions(total: EntityTotal, measures: dict[str, Any]) -> None:
    count = measures.get("mention_count") or 0
    total.mentions += count
    total.mentioning += count > 0


def _add_position(total: EntityTotal, measures: dict[str, Any]) -> None:
    first = measures.get("first_position")
    if first is not None:
        total.positions += 1
        total.position_sum += first
    total.recommended += bool(measures.get("recommended"))
    total.compared += bool(measures.get("compared"))
    total.warned_against += bool(measures.get("warned_against"))


def _add_sentiment(total: EntityTotal, measures: dict[str, Any]) -> None:
    score = measures.get("score")
    if score is not None:
        total.sentiments += 1
        total.sentiment_sum += round(score * SENTIMENT_UNIT)


_ADD = {"mentions": _add_mentions, "position": _add_position, "sentiment": _add_sentiment}

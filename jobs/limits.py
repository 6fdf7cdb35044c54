"""Limits that all workers share: how many runs of a key are at work at once, and how many start in a span of time.

A key is a kind and a value, for example `customer:2f6c…` or `collector:chatgpt`. A run that finds no place stands in
line for that key, in the order of priority and age, and is not published again until a place is free: whoever ends a
run of the key sends the next one's message, and beat looks after those that nobody has called. In the line nobody is
overtaken: a run that comes later gives way also where a place is free that an earlier one has been called to.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from jobs import clock
from jobs.access import OWNER, SUBJECT
from jobs.errors import InvalidOptions, NoPlace, UnknownName
from jobs.job_type import job_types, parse_options
from jobs.models import JobRun, Limit, Pace
from jobs.models.limit import EACH
from jobs.models.run import held
from jobs.queueing import default_queue, publish
from jobs.status import RunStatus

MOST_CALLED = 500  # at once
CALL_HOLDS = timedelta(seconds=30)  # so long a place is kept for a run that was called to it


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    at_once: int | None
    starts: int | None
    span: timedelta

    @classmethod
    def of(cls, limit: Limit, key: str) -> "Rule":
        return cls(key, limit.at_once, limit.starts, timedelta(seconds=limit.per_seconds))


def claim(run: JobRun, worker: str, task_id: str = "") -> None:
    """Take the run for one attempt where every limit has a place for it.

    Raises:
        NoPlace: a limit is reached; it says which.
        NotYet, StaleRun: as `JobRun.claim` does.
    """
    if not run.is_limited:
        run.claim(worker, task_id)
        return
    keys = keys_of(run)
    with transaction.atomic():
        # The lock makes claims under one limit wait for each other, so that two cannot take the same last place.
        rules = _rules(keys, lock=True)
        now = clock.now()
        taken = runs_at_work()
        for rule in rules:
            if _free(rule, taken, now) <= _ahead(run, rule.key, now):
                raise NoPlace(rule.key)
        run.claim(worker, task_id, keys=keys)
        for rule in rules:
            _note_start(rule, now)


def keys_of(run: JobRun) -> list[str]:
    """All that the run counts for."""
    keys = [f"queue:{run.queue or default_queue()}", f"job_type:{run.job_type}"]
    keys += [f"{kind}:{pk}" for kind, pk in ((OWNER, run.owner_id), (SUBJECT, run.subject_id)) if pk]
    with suppress(UnknownName, InvalidOptions):  # the attempt will fail and say so
        keys += job_types.get(run.job_type)().keys(parse_options(run.job_type, run.options))
    return keys


def call_next(keys: list[str]) -> int:
    """Send messages to those who stand in line for these keys, as many as there are free places for."""
    waiting = JobRun.objects.filter(status=RunStatus.PENDING, waits_for__in=keys).order_by()
    keys = list(waiting.values_list("waits_for", flat=True).distinct())
    if not keys:
        return 0
    now = clock.now()
    taken = runs_at_work()
    rules = {rule.key: rule for rule in _rules(keys)}
    called = 0
    for key in keys:
        line = JobRun.objects.in_line(key)
        free = _free(rules[key], taken, now) if key in rules else MOST_CALLED
        expected = line.filter(published_at__gt=now - CALL_HOLDS).count()
        called += publish(list(line.filter(published_at=None)[: max(free - expected, 0)]))
    return called


def call_all() -> int:
    """The same for every key that somebody stands in line for."""
    keys = JobRun.objects.filter(status=RunStatus.PENDING).exclude(waits_for="")
    return call_next(list(keys.order_by().values_list("waits_for", flat=True).distinct()))


def _rules(keys: list[str], *, lock: bool = False) -> list[Rule]:
    """The limits that hold for the keys; one for a certain value goes before the one for each."""
    pairs = [key.split(":", 1) for key in keys]
    # More than are wanted where a value is of another kind, which costs less than asking for each pair.
    kinds, values = {kind for kind, _ in pairs}, {value for _, value in pairs}
    limits = Limit.objects.filter(kind__in=kinds, value__in=values | {EACH}).order_by("pk")
    found = {(limit.kind, limit.value): limit for limit in (limits.select_for_update() if lock else limits)}
    limit_of = {f"{kind}:{value}": found.get((kind, value)) or found.get((kind, EACH)) for kind, value in pairs}
    return [Rule.of(limit, key) for key, limit in limit_of.items() if limit is not None]


def runs_at_work() -> Counter[str]:
    """How many runs of each key hold a place."""
    rows = JobRun.objects.filter(held(clock.now())).values_list("keys", flat=True)
    return Counter(key for keys in rows for key in keys)


def _free(rule: Rule, taken: Counter[str], now: datetime) -> int:
    places = MOST_CALLED if rule.at_once is None else rule.at_once - taken[rule.key]
    return places if rule.starts is None else min(places, rule.starts - len(_recent_starts(rule, now)))


def _recent_starts(rule: Rule, now: datetime) -> list[float]:
    starts = Pace.objects.filter(key=rule.key).values_list("starts", flat=True).first() or []
    return [start for start in starts if start > (now - rule.span).timestamp()]


def _note_start(rule: Rule, now: datetime) -> None:
    if rule.starts is not None:
        starts = [*_recent_starts(rule, now), now.timestamp()]
        Pace.objects.update_or_create(key=rule.key, defaults={"starts": starts[-rule.starts :]})


def _ahead(run: JobRun, key: str, now: datetime) -> int:
    """How many stand in line before the run. One that was called and has not come keeps nobody else out."""
    earlier = Q(priority__lt=run.priority) | Q(priority=run.priority, created_at__lt=run.created_at)
    line = JobRun.objects.in_line(key).filter(earlier).exclude(published_at__lte=now - CALL_HOLDS)
    return line.exclude(pk=run.pk).count()

"""What becomes of services: they are synced and tried, their records stored, and what a sync came to is noted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from jobs import clock
from jobs.alerting import raise_alert, resolve_alert, resolve_others
from jobs.dispatch import Triggered, run_for_owner, run_name
from jobs.errors import NotConfigured
from jobs.models import Service, ServiceRecord
from jobs.pages import row_page
from jobs.pulling import Patience, Pulled, pull_one
from jobs.records import Record, numbers
from jobs.thresholds import crossed

BATCH = 500  # records that one transaction stores
FAILURES = 3  # in a row, from which on it is an alert
SHOWN = 10  # records of a trial
SYNC = "service_sync"  # the job type
WHILE_SOMEBODY_WAITS = Patience(attempts=1, timeout=15, deadline=20)


def sync_now(service: Service, user: Any = None) -> Triggered:
    """A run that syncs this service, whether it is active or not; an open one is returned, not doubled."""
    options = {"serviceId": str(service.pk)}
    return run_for_owner(SYNC, service.owner, options, user, name=run_name(SYNC, service), once=True)


def sync_all(owner: Any, user: Any = None) -> Triggered | None:
    """The same for all active services of the owner; None where there is none."""
    if not Service.objects.filter(owner=owner, is_active=True).exists():
        return None
    return run_for_owner(SYNC, owner, {}, user, name=run_name(SYNC, owner), once=True)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sync would find."""

    is_readable: bool
    message: str  # in a sentence
    records: list[dict[str, Any]]  # the first of them: record_id, at, data
    unreadable: list[str]


def try_out(service: Service) -> Trial:
    """Ask a service, which may not be saved yet. Nothing is stored."""
    try:
        pulled = pull_one(service.source(), WHILE_SOMEBODY_WAITS, clock.now())
    except NotConfigured as error:
        return Trial(False, str(error), [], [])
    number = len(pulled.records)
    found = f"{number} record{'' if number == 1 else 's'} can be read. Nothing was stored."
    records = [{"record_id": record.id, "at": record.at, "data": record.data} for record in pulled.records[:SHOWN]]
    return Trial(pulled.error is None, str(pulled.error or found), records, pulled.unreadable[:SHOWN])


@dataclass(slots=True)
class Stored:
    new: int = 0
    known: int = 0
    too_old: int = 0  # the retention rule would delete them at once


def store(service_id: UUID, records: Sequence[Record]) -> Stored:
    """Store those that are not there yet, a batch a transaction. Two that store the same at a time store it once."""
    now = clock.now()
    limit = now - timedelta(days=settings.RECORD_RETENTION_DAYS)
    young = [record for record in records if record.at is None or record.at >= limit]
    unique = list({record.id: record for record in reversed(young)}.values())[::-1]
    stored = Stored(known=len(young) - len(unique), too_old=len(records) - len(young))
    for batch in _batches(unique):
        with transaction.atomic():
            new = _store(service_id, batch, now)
        stored.new += new
        stored.known += len(batch) - new
    return stored


def _batches(records: list[Record]) -> Iterator[list[Record]]:
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


def _store(service_id: UUID, batch: list[Record], now: datetime) -> int:
    # Whoever comes second waits here and counts only what is left; the unique key is what makes it safe.
    if Service.objects.select_for_update(of=("self",), no_key=True).filter(pk=service_id).first() is None:
        return 0
    there = ServiceRecord.objects.filter(service_id=service_id, record_id__in=[record.id for record in batch])
    known = set(there.values_list("record_id", flat=True))
    rows = [
        ServiceRecord(service_id=service_id, record_id=r.id, at=r.at or now, data=r.data, stored_at=now)
        for r in batch
        if r.id not in known
    ]
    ServiceRecord.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def watch_thresholds(service_id: UUID) -> list[str]:
    """Raise an alert for each threshold that the newest record crosses, resolve the others. Returns the sentences."""
    service = Service.objects.filter(pk=service_id).first()
    newest = service.records.first() if service else None
    if service is None or newest is None:
        return []
    values, said, keep = numbers(newest.data), [], set()
    link = row_page(Service, service.pk, "charts")
    prefix = f"service:{service.pk}:threshold:"
    for threshold, is_crossed in crossed(service.limits, values).items():
        if is_crossed:
            said.append(
                f"{service}: {threshold.field} is {values[threshold.field]:g}, {threshold.side} {threshold.value:g}."
            )
            keep.add(f"{prefix}{threshold}")
            owner, key = service.owner_id, f"{prefix}{threshold}"
            raise_alert(owner_id=owner, kind="threshold", key=key, sentence=said[-1], link=link)
    resolve_others(owner_id=service.owner_id, prefix=prefix, keep=keep)
    return said


def note_success(pulled: Pulled, run_id: UUID | None) -> None:
    """All that it sent is stored: from now on it is asked for what is newer."""
    now = clock.now()
    fields = {"last_tried_at": now, "last_synced_at": now, "last_error": "", "failures": 0, "done_in_run": run_id}
    rows = Service.objects.filter(pk=pulled.source.id)
    rows.update(**fields, cursor=pulled.cursor)
    for owner_id in rows.values_list("owner_id", flat=True):
        resolve_alert(owner_id=owner_id, key=_failing(pulled.source.id))
    # A time in the future would keep us from asking for what lies before it.
    newest = min(max((record.at for record in pulled.records if record.at), default=now), now)
    if pulled.records:
        rows.filter(Q(records_until=None) | Q(records_until__lt=newest)).update(records_until=newest)


def note_failure(service_id: UUID, sentence: str) -> None:
    """From the third failure in a row on it is an alert."""
    rows = Service.objects.filter(pk=service_id)
    rows.update(last_tried_at=clock.now(), last_error=sentence, failures=F("failures") + 1)
    for service in rows.filter(failures__gte=FAILURES):
        link = row_page(Service, service.pk)
        words = f"{service} has failed {service.failures} times in a row. {sentence}"
        raise_alert(owner_id=service.owner_id, kind="service", key=_failing(service_id), sentence=words, link=link)


def _failing(service_id: UUID) -> str:
    return f"service:{service_id}:failing"

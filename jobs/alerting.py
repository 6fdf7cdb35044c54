"""Raising and resolving alerts: the one way in for all that watches something."""

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction

from jobs import clock
from jobs.models import Alert
from jobs.registry import Registry

Watcher = Callable[[], None]  # raises and resolves what it watches; called twice a minute, by each beat
watchers: Registry[str, Watcher] = Registry("watcher")


def watcher(name: str) -> Callable[[Watcher], Watcher]:
    """Register an app's own watcher."""

    def register(watch: Watcher) -> Watcher:
        watchers.add(name, watch)
        return watch

    return register


def raise_alert(*, owner_id: UUID | None, kind: str, key: str, sentence: str, link: str = "") -> Alert:
    """Say that something is wrong. What is wrong already is said no second time, but in the new words.

    `key` says what it is about, once for each owner; no owner stands for the platform.
    """
    said = {"kind": kind, "sentence": sentence, "link": link, "last_seen_at": clock.now()}
    found = Alert.objects.filter(owner_id=owner_id, key=key, resolved_at=None)
    if not found.update(**said):
        try:
            with transaction.atomic():
                return Alert.objects.create(owner_id=owner_id, key=key, **said)
        except IntegrityError:  # somebody else has seen it at the same moment
            found.update(**said)
    return found.get()


def resolve_alert(*, owner_id: UUID | None, key: str) -> bool:
    """Say that it is over; whether it was there."""
    found = Alert.objects.filter(owner_id=owner_id, key=key, resolved_at=None)
    return bool(found.update(resolved_at=clock.now()))


def resolve_others(*, owner_id: UUID | None, prefix: str, keep: set[str]) -> None:
    """Those whose key begins with `prefix` are over, but for those to keep."""
    found = Alert.objects.filter(owner_id=owner_id, key__startswith=prefix, resolved_at=None)
    found.exclude(key__in=keep).update(resolved_at=clock.now())


def resolve_kind(kind: str, *, keep: set[str]) -> None:
    """Those of that kind are over, whoever's they are, but for those with these keys."""
    found = Alert.objects.filter(kind=kind, resolved_at=None).exclude(key__in=keep)
    found.update(resolved_at=clock.now())


def acknowledge(alert: Alert, by: str) -> None:
    """Somebody has seen it: it asks for no more attention, and stays until it is over."""
    found = Alert.objects.filter(pk=alert.pk, acknowledged_at=None, resolved_at=None)
    found.update(acknowledged_at=clock.now(), acknowledged_by=by)

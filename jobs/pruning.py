"""What is forgotten after a while, a batch at a time. An app adds what is its own with `@pruner("name")`."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jobs.registry import Registry

BATCH = 500  # rows that one transaction changes
REST = 0.05  # seconds between two, in which others may write
Pruner = Callable[[datetime], int]  # as of that moment; returns how many rows it changed
pruners: Registry[str, Pruner] = Registry("pruner")


def pruner(name: str) -> Callable[[Pruner], Pruner]:
    def register(prune: Pruner) -> Pruner:
        pruners.add(name, prune)
        return prune

    return register


def in_batches(rows: QuerySet[Any], forget: Callable[[Sequence[Any]], object]) -> int:
    """Let `forget` change these rows by their keys until there are none; rows that somebody holds are left out."""
    done = 0
    while True:
        with transaction.atomic():
            batch = list(rows.order_by().select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
            forget(batch)
        done += len(batch)
        if len(batch) < BATCH:
            return done
        time.sleep(REST)

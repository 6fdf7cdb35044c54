"""The life cycle of a run: its statuses, and which may follow which. `docs/lifecycle.md` draws it."""

from django.db import models


class RunStatus(models.TextChoices):
    PENDING = "pending"  # waits for a worker
    PROCESSING = "processing"  # a worker holds its lease
    COMPLETED = "completed"
    PARTIAL = "partial"  # some parts failed, the rest is kept
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"  # the tick was due and deliberately not run


OPEN = frozenset({RunStatus.PENDING, RunStatus.PROCESSING})
DONE = frozenset(RunStatus) - OPEN
RETRYABLE = frozenset({RunStatus.PARTIAL, RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.CANCELLED})

TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.PENDING: frozenset({RunStatus.PROCESSING, RunStatus.CANCELLED, RunStatus.FAILED}),
    RunStatus.PROCESSING: frozenset(
        {
            RunStatus.PENDING,  # a retry, or a worker that died
            RunStatus.COMPLETED,
            RunStatus.PARTIAL,
            RunStatus.FAILED,
            RunStatus.TIMED_OUT,
            RunStatus.CANCELLED,
        }
    ),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.SKIPPED: frozenset(),
} | {status: frozenset({RunStatus.PENDING}) for status in RETRYABLE}


class Trigger(models.TextChoices):
    SCHEDULE = "schedule"
    MANUAL = "manual"

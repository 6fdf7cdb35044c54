"""What a job does where its runs would meet, where ticks were missed, and where many jobs are due at once."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import models


class Overlap(models.TextChoices):
    """What a tick does while a run of the same job is open."""

    SKIP = "skip", "Skip: the new tick does not run"
    QUEUE = "queue", "Queue: it waits for its turn"
    ALLOW = "allow", "Allow: both run side by side"
    CANCEL_RUNNING = "cancel_running", "Cancel the running one and start anew"


WAITS_ITS_TURN = frozenset({Overlap.QUEUE, Overlap.CANCEL_RUNNING})


class CatchUp(models.TextChoices):
    """Which of the ticks that were missed, and are still within the grace, run later."""

    LATEST = "latest", "The latest one"
    ALL = "all", "All of them, one after the other"
    NONE = "none", "None"


def jitter(job: UUID, most: int) -> timedelta:
    """How long after its moment a job's run may start: always the same for a job, spread over 0 … `most` seconds."""
    share = int.from_bytes(sha256(job.bytes).digest()[:6]) / 2**48
    return timedelta(milliseconds=round(share * most * 1000))

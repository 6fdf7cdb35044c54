from datetime import timedelta

from django.conf import settings
from django.db import models

from jobs import clock


class Worker(models.Model):
    """A process that has said it is alive: a Celery worker or a beat."""

    class Role(models.TextChoices):
        WORKER = "worker"
        BEAT = "beat"

    class State(models.TextChoices):
        ONLINE = "online"
        STALE = "stale"  # missed a sign of life
        OFFLINE = "offline"

    name = models.CharField(max_length=200, unique=True)
    role = models.CharField(max_length=10, choices=Role)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    concurrency = models.PositiveIntegerField(default=1)
    queues = models.JSONField(default=list, blank=True)  # names of those it takes messages from
    runs_done = models.PositiveIntegerField(default=0)  # attempts that have ended since it started
    memory_bytes = models.PositiveBigIntegerField(null=True, blank=True)  # of all its processes; null: not known
    version = models.CharField(max_length=50, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["role", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        silence = clock.now() - self.seen_at
        if silence > timedelta(seconds=settings.WORKER_OFFLINE_THRESHOLD):
            return self.State.OFFLINE
        if silence > timedelta(seconds=2.5 * settings.WORKER_HEARTBEAT_INTERVAL):
            return self.State.STALE
        return self.State.ONLINE

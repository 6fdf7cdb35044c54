"""A run and its steps. Every change of a status is made here, by compare-and-set, and leaves a RunEvent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from jobs import clock
from jobs.errors import HandedBack, InvalidTransition, NotYet, StaleRun
from jobs.models.bulk import new
from jobs.models.limit import Limit
from jobs.models.run_event import RunEvent
from jobs.models.scheduled_job import (
    KILL_AFTER,
    ScheduledJob,
    default_attempts,
    default_backoff,
    default_timeout,
)
from jobs.models.step import Expression, Step, as_it_is, at_most, every, or_else
from jobs.policies import WAITS_ITS_TURN, Overlap
from jobs.status import DONE, OPEN, TRANSITIONS, RunStatus, Trigger

REPUBLISH_AFTER = timedelta(hours=1)  # even if the broker seems to have its message
IN_TRANSIT = timedelta(seconds=10)  # the longest between the broker handing a message out and the claim


def held(now: datetime) -> Q:
    """Runs that a worker is at, also those that were cancelled and whose worker has not let go of them yet."""
    at_work = Q(status=RunStatus.PROCESSING) | Q(status=RunStatus.CANCELLED, lease_expires_at__gt=now)
    return Q(lease_expires_at__isnull=False) & at_work  # those few that have a lease are in an index of their own


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def unpublished(self, now: datetime) -> Self:
        """Runs that may start now but whose message was never sent, or was sent very long ago."""
        return (
            self.filter(status=RunStatus.PENDING, available_at__lte=now)
            .filter(Q(published_at=None) | Q(published_at__lte=now - REPUBLISH_AFTER))
            .filter(Q(waits_for="") | Q(published_at__isnull=False))
            .exclude(self._waits(now))
        )

    def with_limits(self) -> Self:
        """With `is_limited`: whether there is any limit that a claim must look at."""
        return self.annotate(is_limited=Exists(Limit.objects.all()))

    def in_line(self, key: str) -> Self:
        """Those that wait for a place under that key, the first one first."""
        return self.filter(status=RunStatus.PENDING, waits_for=key).order_by("priority", "created_at")

    def expected_in_broker(self, now: datetime) -> Self:
        """Runs whose message must be in the broker's queue still, if it is not lost."""
        return self.filter(status=RunStatus.PENDING, published_at__lte=now - IN_TRANSIT)

    @staticmethod
    def _waits(now: datetime) -> Q:
        """Whose turn has not come: of the same job, a run is at work or an older one waits."""
        siblings = JobRun.objects.filter(scheduled_job=OuterRef("scheduled_job"))
        older = Q(status=RunStatus.PENDING, created_at__lt=OuterRef("created_at"))
        # In this order, since PostgreSQL looks at the second only where the first holds.
        return Q(overlap__in=sorted(WAITS_ITS_TURN)) & Q(Exists(siblings.filter(held(now) | older)))

    def abandoned(self, now: datetime) -> Self:
        """Runs whose worker stopped renewing its lease."""
        return self.filter(status=RunStatus.PROCESSING, lease_expires_at__lte=now)


class JobRun(models.Model):
    """One tick of a schedule, or one manual trigger, and what became of it. Options are kept as they were then."""

    owner_path = "owner"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    scheduled_job = models.ForeignKey(ScheduledJob, models.SET_NULL, null=True, blank=True, related_name="runs")
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    subject = models.ForeignKey(settings.JOBS_SUBJECT_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    job_name = models.CharField(max_length=200)
    job_type = models.CharField(max_length=100)
    options = models.JSONField(default=dict, blank=True)
    schedule = models.JSONField(default=dict, blank=True)  # the schedule and the policies as they were

    trigger = models.CharField(max_length=10, choices=Trigger)
    triggered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    scheduled_for = models.DateTimeField(null=True, blank=True)

    status = models.CharField(max_length=12, choices=RunStatus, default=RunStatus.PENDING)
    reason = models.TextField(blank=True)  # why it ended as it did, in a sentence
    metrics = models.JSONField(default=dict, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    expected_at = models.DateTimeField(null=True, blank=True)  # when all parts will be done, at the pace so far

    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=1)
    timeout_seconds = models.PositiveIntegerField(default=600)
    backoff_seconds = models.FloatField(default=2)
    kill_after_seconds = models.PositiveIntegerField(default=KILL_AFTER)
    overlap = models.CharField(max_length=20, choices=Overlap, default=Overlap.SKIP)
    priority = models.PositiveSmallIntegerField(default=0)  # 0 is first
    queue = models.CharField(max_length=200, blank=True)  # "" is the default queue
    available_at = models.DateTimeField(default=clock.now)  # not before this moment
    waiting_since = models.DateTimeField(null=True, blank=True)  # when this attempt was first put off
    published_at = models.DateTimeField(null=True, blank=True)  # when the broker last took a message for it
    keys = models.JSONField(default=list, blank=True)  # what it counts for under limits, since its last claim
    waits_for = models.CharField(max_length=300, blank=True)  # the key whose limit had no place for it
    is_reopened = models.BooleanField(default=False)  # a person asked for it once more after it had ended
    fence = models.PositiveIntegerField(default=0)  # grows with each claim; writes of an older claim are refused
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    task_id = models.CharField(max_length=255, blank=True)  # Celery's, of the last attempt

    created_at = models.DateTimeField(default=clock.now, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    is_limited: bool = False  # set by `with_limits`

    objects = JobRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "job run"
        constraints = [
            models.UniqueConstraint(fields=["scheduled_job", "scheduled_for"], name="one_run_per_tick"),
            models.UniqueConstraint(
                fields=["scheduled_job"],
                condition=Q(status__in=sorted(OPEN), overlap=Overlap.SKIP),
                name="one_open_run_per_job",
            ),
            models.UniqueConstraint(
                fields=["subject", "job_type"],
                condition=Q(status__in=sorted(OPEN), scheduled_job=None),
                name="one_open_run_without_a_job",
            ),
            models.CheckConstraint(condition=Q(status__in=sorted(RunStatus)), name="run_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(OPEN), finished_at=None)
                | Q(status__in=sorted(DONE), finished_at__isnull=False),
                name="run_is_finished_when_done",
            ),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.PROCESSING) | Q(lease_expires_at__isnull=False, started_at__isnull=False),
                name="processing_run_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(trigger=Trigger.MANUAL) | Q(scheduled_for__isnull=False), name="tick_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at", "available_at"], condition=Q(status=RunStatus.PENDING), name="unpublished_runs"
            ),
            models.Index(fields=["lease_expires_at"], condition=Q(lease_expires_at__isnull=False), name="leased_runs"),
            models.Index(
                fields=["waits_for", "priority", "created_at"], condition=~Q(waits_for=""), name="runs_in_line"
            ),
            models.Index(fields=["status", "-created_at"], name="runs_by_status"),
            models.Index(fields=["scheduled_job", "finished_at"], name="runs_of_a_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job_name} · {self.scheduled_for or self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def of(cls, job: ScheduledJob, trigger: Trigger, **fields: Any) -> Self:
        """A run of the job, not yet saved, with the job's options and policies as they are now."""
        run = new(
            cls,
            scheduled_job_id=job.pk,
            owner_id=job.owner_id,
            subject_id=job.subject_id,
            job_name=job.name,
            job_type=job.job_type,
            options=job.options,
            schedule={
                "cron_expression": job.cron_expression,
                "timezone": job.time_zone,
                "in_words": job.schedule_in_words,
                "version": settings.VERSION,
                "policies": job.policies,
            },
            max_attempts=job.max_attempts,
            timeout_seconds=job.timeout_seconds,
            backoff_seconds=job.backoff_seconds,
            kill_after_seconds=job.kill_after_seconds,
            overlap=job.overlap,
            priority=job.priority or 0,
            queue=job.queue or "",
            trigger=trigger,
            **fields,
        )
        run.scheduled_job = job
        return run

    @classmethod
    def without_job(cls, job_type: str, options: dict[str, Any], *, name: str, owner: Any, **fields: Any) -> Self:
        """A run that no schedule asks for, not yet saved, with the policies that jobs have by default."""
        policies = {
            "max_attempts": default_attempts(),
            "timeout_seconds": default_timeout(),
            "backoff_seconds": default_backoff(),
        }
        return cls(
            owner=owner,
            job_name=name[:200],
            job_type=job_type,
            options=options,
            schedule={"version": settings.VERSION},
            trigger=Trigger.MANUAL,
            **{**policies, **fields},
        )

    def first_event(self, by: str) -> "RunEvent":
        """The event, not yet saved, that says where the run came from."""
        return new(RunEvent, run_id=self.pk, at=self.created_at, to_status=self.status, reason=self.reason, by=by)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def duration(self) -> timedelta | None:
        """From the first attempt's start to the end, or to now."""
        return (self.finished_at or clock.now()) - self.started_at if self.started_at else None

    @property
    def latest_wait(self) -> datetime:
        """Until when an attempt may be put off: it may wait as long as it may work."""
        return (self.waiting_since or clock.now()) + timedelta(seconds=self.timeout_seconds)

    @classmethod
    def claim_at_once(cls, key: UUID, worker: str, task_id: str = "") -> Self | None:
        """Take the run of that key for one attempt where nothing but its moment has a say in it.

        None where it is not there to be taken, and also where there are limits or other runs of its job may go first:
        `jobs.limits.claim` looks closer.
        """
        now = clock.now()
        grown = {name: Expression(f'"{name}" + 1') for name in ("attempt", "fence")}
        began = {"status": RunStatus.PROCESSING, "reason": "", "started_at": or_else("started_at", now)}
        fields = began | grown | _place(worker, task_id, now)
        event = {"at": now, "from_status": RunStatus.PENDING, "to_status": RunStatus.PROCESSING, "reason": ""}
        event |= {"by": worker, "attempt": Expression('"attempt"')}
        no_limits = Expression(f'NOT EXISTS (SELECT 1 FROM "{Limit._meta.db_table}")')  # noqa: S608  our own name
        alone = Expression('"scheduled_job_id" IS NULL OR "overlap" NOT IN (%s, %s)', tuple(sorted(WAITS_ITS_TURN)))
        due = at_most("available_at", now)
        where = every(as_it_is(status=RunStatus.PENDING), due, alone, no_limits)
        claimed: Self | None = Step(key, fields, where, event).write_and_read()
        return claimed

    def claim(self, worker: str, task_id: str = "", keys: Sequence[str] = ()) -> None:
        """Take the run for one attempt, which counts for these keys. Limits are seen to by `jobs.limits.claim`.

        Raises:
            NotYet: its moment has not come, or another run of its job goes first.
            StaleRun: another worker was faster.
        """
        now = clock.now()
        # Clocks differ a little, and who published the run saw that it was due. A wait before another attempt is kept
        # to the moment: a message that came twice, since two beats sent it, must not cut it short.
        if self.available_at > now + (timedelta() if self.fence else clock.NEGLIGIBLE):
            raise NotYet(f"The run is not due before {self.available_at:%H:%M:%S}.")
        if self.overlap in WAITS_ITS_TURN and self.scheduled_job_id is not None:
            with transaction.atomic():
                self._await_turn(now)
                self._take(worker, task_id, now, keys)
        else:
            self._take(worker, task_id, now, keys)

    def _take(self, worker: str, task_id: str, now: datetime, keys: Sequence[str]) -> None:
        self._move(
            RunStatus.PROCESSING,
            by=worker,
            attempt=self.attempt + 1,
            fence=self.fence + 1,
            started_at=self.started_at or now,
            **_place(worker, task_id, now, keys),
        )

    def _await_turn(self, now: datetime) -> None:
        """Raise NotYet where another run of the job is at work or has waited longer."""
        # The lock makes two claims of runs of one job wait for each other, so that they cannot both see an idle job.
        ScheduledJob.objects.select_for_update(of=("self",)).filter(runs=self.pk).first()
        siblings = JobRun.objects.filter(scheduled_job_id=self.scheduled_job_id).exclude(pk=self.pk)
        if siblings.filter(held(now) | Q(status=RunStatus.PENDING, created_at__lt=self.created_at)).exists():
            raise NotYet

    def give_way(self) -> None:
        """Its message came too early: it is published again when its turn has come."""
        JobRun.objects.filter(pk=self.pk, fence=self.fence, status=RunStatus.PENDING).update(published_at=None)

    def wait_for(self, key: str) -> None:
        """Its message came while the limit of that key was reached: it stands in line and is called when it may go."""
        waiting = JobRun.objects.filter(pk=self.pk, fence=self.fence, status=RunStatus.PENDING)
        waiting.update(published_at=None, waits_for=key)

    def let_go(self) -> None:
        """Say that this worker no longer works on the run, which somebody else has ended."""
        ended = JobRun.objects.filter(pk=self.pk, fence=self.fence, status=RunStatus.CANCELLED)
        ended.update(lease_expires_at=None)

    def complete(self, metrics: dict[str, Any]) -> None:
        self._move(RunStatus.COMPLETED, by=self.worker, metrics=metrics)

    def complete_in_part(self, metrics: dict[str, Any], reason: str) -> None:
        self._move(RunStatus.PARTIAL, by=self.worker, reason=reason, metrics=metrics)

    def fail(self, reason: str, *, metrics: dict[str, Any] | None = None, by: str = "") -> None:
        self._move(RunStatus.FAILED, by=by or self.worker, reason=reason, metrics=metrics or self.metrics)

    def time_out(self, reason: str, *, metrics: dict[str, Any] | None = None, by: str = "") -> None:
        self._move(RunStatus.TIMED_OUT, by=by or self.worker, reason=reason, metrics=metrics or self.metrics)

    def cancel(self, by: str, reason: str = "") -> None:
        """End it. A worker that is at it keeps its lease until it lets go: nothing takes its place too early."""
        self._move(
            RunStatus.CANCELLED, by=by, reason=reason or f"Cancelled by {by}.", lease_expires_at=self.lease_expires_at
        )

    def retry_at(self, moment: datetime, reason: str, *, by: str = "") -> None:
        """Put the run back to pending after an attempt that failed."""
        self._move(RunStatus.PENDING, by=by or self.worker, reason=reason, available_at=moment, waiting_since=None)

    def put_off(self, moment: datetime, reason: str) -> None:
        """Put the run back to pending because it waits for something. The next claim goes on with the same attempt."""
        self._move(
            RunStatus.PENDING,
            by=self.worker,
            reason=reason,
            available_at=moment,
            attempt=self.attempt - 1,
            waiting_since=self.waiting_since or clock.now(),
        )

    def hand_back(self) -> None:
        """Its worker stops: the attempt does not count, and another worker goes on."""
        reason, most = str(HandedBack()), self.max_attempts + 1
        self._move(RunStatus.PENDING, by=self.worker, reason=reason, available_at=clock.now(), max_attempts=most)

    def reopen(self, by: str) -> None:
        """Run it once more, from history: what it has is kept, only what is missing is done."""
        self._move(
            RunStatus.PENDING,
            by=by,
            reason=f"Retried by {by}.",
            available_at=clock.now(),
            max_attempts=self.attempt + 1,
            finished_at=None,
            waiting_since=None,
            is_reopened=True,
        )

    def _move(self, to: RunStatus, *, reason: str = "", by: str = "", **fields: Any) -> None:
        """Change the status and record the step, or raise and change nothing.

        Raises:
            InvalidTransition: the life cycle has no such step (a bug).
            StaleRun: the row is not as this object has it (a lost race).
        """
        before = RunStatus(self.status)
        if to not in TRANSITIONS[before]:
            raise InvalidTransition(f"A run cannot go from {before} to {to}.")
        now = clock.now()
        fields |= {"status": to, "reason": reason}
        if to in DONE:
            fields = {"lease_expires_at": None, **fields, "finished_at": now, "expected_at": None}
        if to == RunStatus.PENDING:
            fields |= {"lease_expires_at": None, "published_at": None, "expected_at": None}
        event = {"at": now, "from_status": before, "to_status": to, "reason": reason, "by": by}
        event["attempt"] = max(self.attempt, fields.get("attempt", 0))
        if not Step(self.pk, fields, as_it_is(status=before, fence=self.fence), event).write():
            raise StaleRun(f"The run is no longer {before}.")
        for name, value in fields.items():
            setattr(self, name, value)


def _place(worker: str, task_id: str, now: datetime, keys: Sequence[str] = ()) -> dict[str, Any]:
    """Who has the run from now on, until when, and what it counts for."""
    lease = now + timedelta(seconds=settings.STUCK_RUN_THRESHOLD)
    return {"worker": worker, "task_id": task_id, "lease_expires_at": lease, "keys": list(keys), "waits_for": ""}

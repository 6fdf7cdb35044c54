"""What to run, when and how: a django-celery-beat periodic task with the engine's own fields beside it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from jobs import clock, cron
from jobs.blackout import Window, covering, windows
from jobs.errors import InvalidOptions, InvalidSchedule, UnknownName
from jobs.job_type import job_types, permitted_options
from jobs.policies import CatchUp, Overlap, jitter

PERIODS = ("days", "hours", "minutes", "seconds")
LONGEST_CRON = 200
LONGEST_CRON_FIELD = 64  # what the narrowest column of django-celery-beat takes
TICK_TASK = "jobs.tick"
WRITTEN_BY_BEAT = frozenset({"next_run_at", "last_run_at", "total_run_count"})
QUEUE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
LOWEST_PRIORITY = 9
KILL_AFTER = 15
MISFIRE_GRACE = 6 * 3600
WEEK = 7 * 86_400
SCHEDULE_FIELDS = ("enabled", "crontab_id", "interval_id", "clocked_id", "start_time", "expires")


def default_timeout() -> int:
    return int(settings.JOB_TIMEOUT)


def default_attempts() -> int:
    return int(settings.MAX_RETRY_ATTEMPTS)


def default_backoff() -> float:
    return float(settings.RETRY_BACKOFF)


def _row(model: Any, **fields: Any) -> Any:
    """The row with these fields, or a new one that is not saved yet.

    Rows are shared between jobs and never edited, and the table has no unique key that get_or_create could use.
    """
    return model.objects.filter(**fields).first() or model(**fields)


class ScheduledJobQuerySet(models.QuerySet["ScheduledJob"]):
    def due(self, now: datetime) -> Self:
        return self.filter(enabled=True, next_run_at__lte=now)


class ScheduledJob(PeriodicTask):
    """The engine calls whom a job belongs to its owner and what it is about its subject; settings name the models."""

    owner_path = "owner"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    job_type = models.CharField(max_length=100, db_index=True)
    owner = models.ForeignKey(settings.JOBS_OWNER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    subject = models.ForeignKey(settings.JOBS_SUBJECT_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    options = models.JSONField(default=dict, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    timeout_seconds = models.PositiveIntegerField(
        default=default_timeout, validators=[MinValueValidator(1), MaxValueValidator(86_400)]
    )
    max_attempts = models.PositiveSmallIntegerField(
        default=default_attempts, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    backoff_seconds = models.FloatField(
        default=default_backoff, validators=[MinValueValidator(0), MaxValueValidator(3600)]
    )
    kill_after_seconds = models.PositiveIntegerField(
        default=KILL_AFTER,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text="Seconds beyond the limit after which the run's process is killed.",
    )
    overlap = models.CharField(
        max_length=20,
        choices=Overlap,
        default=Overlap.SKIP,
        help_text="What a tick does while a run of this job is still open.",
    )
    catch_up = models.CharField(
        "catch up",
        max_length=10,
        choices=CatchUp,
        default=CatchUp.LATEST,
        help_text="Which ticks run later that were missed while no scheduler ran.",
    )
    misfire_grace_seconds = models.PositiveIntegerField(
        "grace for missed ticks",
        default=MISFIRE_GRACE,
        validators=[MaxValueValidator(WEEK)],
        help_text="Seconds after which a missed tick is only noted, in one row with the others that were missed.",
    )
    jitter_seconds = models.PositiveIntegerField(
        "jitter",
        default=0,
        validators=[MaxValueValidator(3600)],
        help_text="Start up to this many seconds after the moment: the same for one job, different between jobs.",
    )
    blackout = models.JSONField(
        "blackout windows",
        default=list,
        blank=True,
        help_text="Hours in which it does not run, one window a line, for example: sat,sun 22:00-06:00. "
        "In the schedule's time zone.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = ScheduledJobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        verbose_name = "scheduled job"

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Self:
        job = super().from_db(db, field_names, values)
        job._saved_schedule = job._schedule_state()
        return job

    def __str__(self) -> str:
        return str(self.name)

    def _schedule_state(self) -> tuple[object, ...]:
        return tuple(self.__dict__.get(name) for name in SCHEDULE_FIELDS)  # None for one that was not loaded

    def clean(self) -> None:
        """Refuse what could not run: an unknown type, wrong options, a missing or foreign subject."""
        owner = self.owner or getattr(self.subject, "owner", None)
        try:
            options = permitted_options(self.job_type, self.options, owner and owner.pk)
        except UnknownName as error:
            raise ValidationError({"job_type": str(error)}) from None
        except InvalidOptions as error:
            raise ValidationError(
                {"options": [f"{field}: {sentence}" for field, sentence in error.problems.items()]}
            ) from None
        self.options = options.model_dump(mode="json", by_alias=True, exclude_unset=True)
        self._check_policies()
        self._check_subject()

    def _check_policies(self) -> None:
        wrong: dict[str, str] = {}
        if self.catch_up == CatchUp.ALL and self.overlap in (Overlap.SKIP, Overlap.CANCEL_RUNNING):
            wrong["catch_up"] = (
                "To make up for all missed ticks, runs must be able to wait: choose the overlap “Queue”."
            )
        self.queue = self.queue or None
        if self.queue and not QUEUE_NAME.fullmatch(self.queue):
            wrong["queue"] = (
                f"“{self.queue}” is not a queue's name. Use letters, digits, dots, hyphens and underscores."
            )
        if self.priority is not None and self.priority > LOWEST_PRIORITY:
            wrong["priority"] = f"Priorities go from 0, which is first, to {LOWEST_PRIORITY}."
        if self.expires and self.start_time and self.expires <= self.start_time:
            wrong["expires"] = "The end must be later than the start."
        try:
            self.blackout = [window.as_json() for window in windows(self.blackout)]
        except InvalidSchedule as error:
            wrong["blackout"] = str(error)
        if wrong:
            raise ValidationError(wrong)

    def _check_subject(self) -> None:
        """A subject brings its owner along (`subject.owner`); a job is never of one owner about another's subject."""
        if self.subject is None:
            if job_types.get(self.job_type).needs_subject:
                name = apps.get_model(settings.JOBS_SUBJECT_MODEL)._meta.verbose_name
                raise ValidationError({"subject": f"Choose a {name}: a job of this type is about one."})
            return
        self.owner = self.owner or self.subject.owner
        if self.owner != self.subject.owner:
            raise ValidationError({"subject": f"{self.subject} belongs to {self.subject.owner}, not to {self.owner}."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and work out the next tick where the schedule changed.

        A form may have been open while beat moved the schedule on, so what beat writes is not written back.
        """
        self.task, self.args = TICK_TASK, json.dumps([str(self.uuid)])
        self._save_new_schedule()
        self.one_off = self.one_off or self.clocked_id is not None
        if self._state.adding:
            self.next_run_at = self.tick_after(clock.now())
        elif kwargs.get("update_fields") is None:
            names = {field.name for field in self._meta.concrete_fields if not field.primary_key} - WRITTEN_BY_BEAT
            if self._schedule_state() != getattr(self, "_saved_schedule", None):
                self.next_run_at = self.tick_after(clock.now())
                names.add("next_run_at")
            kwargs["update_fields"] = names
        super().save(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._saved_schedule = self._schedule_state()

    def _save_new_schedule(self) -> None:
        for name in ("crontab", "interval", "clocked"):
            schedule = getattr(self, name)
            if schedule is not None and schedule.pk is None:
                schedule.save()
                setattr(self, name, schedule)

    def set_cron(self, expression: str, time_zone: str) -> None:
        """Fire by a cron expression in a time zone; raise InvalidSchedule where it never would."""
        cron.check(expression, time_zone, clock.now())
        minute, hour, day_of_month, month_of_year, day_of_week = expression.split()
        if len(expression) > LONGEST_CRON or max(map(len, expression.split())) > LONGEST_CRON_FIELD:
            raise InvalidSchedule("The expression is too long. Write ranges and steps, for example 9-17/2.")
        self._set_schedule(
            crontab=_row(
                CrontabSchedule,
                minute=minute,
                hour=hour,
                day_of_month=day_of_month,
                month_of_year=month_of_year,
                day_of_week=day_of_week,
                timezone=time_zone,
            )
        )

    def set_interval(self, every: int, period: str) -> None:
        """Fire every so many `period`s (minutes, hours, days) from the job's start on."""
        if every < 1 or period not in dict(IntervalSchedule.PERIOD_CHOICES):
            raise InvalidSchedule(f"“Every {every} {period}” is not an interval.")
        self._set_schedule(interval=_row(IntervalSchedule, every=every, period=period))

    def set_once(self, moment: datetime) -> None:
        """Fire once, at that moment; raise InvalidSchedule where it has passed."""
        if moment <= clock.now():
            raise InvalidSchedule("That moment has passed.")
        self._set_schedule(clocked=_row(ClockedSchedule, clocked_time=moment))

    def _set_schedule(
        self,
        crontab: CrontabSchedule | None = None,
        interval: IntervalSchedule | None = None,
        clocked: ClockedSchedule | None = None,
    ) -> None:
        """Nothing is written before the job is saved."""
        was_once = self.clocked is not None
        self.crontab, self.interval, self.clocked, self.solar = crontab, interval, clocked, None
        self.one_off = clocked is not None or (self.one_off and not was_once)

    @property
    def cron_expression(self) -> str:
        """The five fields, or "" for a job without a cron schedule."""
        c = self.crontab
        return f"{c.minute} {c.hour} {c.day_of_month} {c.month_of_year} {c.day_of_week}" if c else ""

    @property
    def time_zone(self) -> str:
        return str(self.crontab.timezone) if self.crontab else "UTC"

    @property
    def schedule_in_words(self) -> str:
        if self.crontab:
            return cron.describe(self.cron_expression)
        if self.interval:
            return str(self.interval).capitalize()
        if self.clocked:
            return f"Once, {self.clocked.clocked_time:%Y-%m-%d %H:%M} UTC"
        return "Never"

    @property
    def policies(self) -> dict[str, Any]:
        """What a run keeps of the job's policies, beside those that it has a column for."""
        return {
            "overlap": self.overlap,
            "catch_up": self.catch_up,
            "misfire_grace_seconds": self.misfire_grace_seconds,
            "jitter_seconds": self.jitter_seconds,
            "blackout": [str(window) for window in self.blackout_windows],
        }

    @property
    def blackout_windows(self) -> list[Window]:
        try:
            return windows(self.blackout)
        except InvalidSchedule:  # a row that was written past the forms
            return []

    def blackout_at(self, moment: datetime) -> Window | None:
        """The window that keeps the job from running at that moment."""
        found = self.blackout_windows
        return covering(found, moment.astimezone(cron.zone(self.time_zone))) if found else None

    @property
    def jitter(self) -> timedelta:
        """How long after its moment a tick's run becomes available."""
        return jitter(self.uuid, self.jitter_seconds)

    def ticks(self, after: datetime) -> Iterator[datetime]:
        """The moments at which the schedule is due after `after`, in UTC and rising, whether enabled or not."""
        if self.start_time and after < self.start_time:
            after = self.start_time - timedelta(microseconds=1)
        for moment in self._moments(after):
            if self.expires and moment >= self.expires:
                return
            yield moment

    def _moments(self, after: datetime) -> Iterator[datetime]:
        if self.crontab:
            yield from cron.ticks(self.cron_expression, self.time_zone, after)
        elif self.interval:
            yield from self._interval_moments(timedelta(**{self.interval.period: self.interval.every}), after)
        elif self.clocked and self.clocked.clocked_time > after:
            yield self.clocked.clocked_time

    def _interval_moments(self, step: timedelta, after: datetime) -> Iterator[datetime]:
        """Multiples of the interval since the job's start, so that a late look does not shift those that follow."""
        anchor = self.start_time or self.created_at
        moment = anchor + step * max(0, (after - anchor) // step + 1)
        while True:
            yield moment
            moment += step

    def tick_after(self, after: datetime) -> datetime | None:
        """The first tick after `after`; None for a job that is off or has no tick left."""
        if not self.enabled:
            return None
        try:
            return next(self.ticks(after), None)
        except InvalidSchedule:  # a row that was written past the forms; dispatch logs it
            return None

    def preview(self, count: int = 5) -> list[datetime]:
        """The next `count` ticks in the schedule's own time zone."""
        local = cron.zone(self.time_zone)
        return [moment.astimezone(local) for moment in islice(self.ticks(clock.now()), count)]


@receiver(pre_delete, sender=ScheduledJob)
def _wait_for_beat(instance: ScheduledJob, **_: Any) -> None:
    """A tick that is being written is written first, so that its run is among those that the deletion lets go."""
    ScheduledJob.objects.select_for_update(of=("self",)).filter(pk=instance.pk).first()

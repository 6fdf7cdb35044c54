"""Pulls the status records of services: of one, or of all active ones of the job's owner."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field

from jobs import clock
from jobs.errors import GiveUp, NotConfigured
from jobs.job_type import JobType, OptionsModel, RunContext, job_type
from jobs.models import Service
from jobs.pulling import Patience, Pulled, Pulls, Source
from jobs.services import note_failure, note_success, store, watch_thresholds

LOOK_EVERY = 0.5  # seconds: how soon a cancellation is heard
MOST_NAMED = 100  # failed services in the metrics
MOST_NOTED = 3  # unreadable records of a service in the log


class ServiceSyncOptions(OptionsModel):
    service_id: UUID | None = Field(None, description="Only this service, by its id. Empty: all active ones.")
    label: str = Field("", max_length=50, description="Only services with this label. Empty: all.")
    concurrency: int = Field(5, ge=1, le=100, description="Services that are asked at the same time.")
    max_delay: float = Field(30, ge=0, le=600, description="Seconds, by chance, before each service is asked.")
    attempts: int = Field(3, ge=1, le=10, description="How often a service is asked before it counts as failed.")
    backoff: float = Field(2, ge=0, le=60, description="Seconds before the second attempt; doubled for each further.")
    timeout: float = Field(30, gt=0, le=600, description="Seconds that one request may take.")
    deadline: float = Field(120, gt=0, le=3600, description="Seconds for all attempts at one service together.")


@job_type
class ServiceSync(JobType):
    name: ClassVar[str] = "service_sync"
    label: ClassVar[str] = "Service sync"
    Options = ServiceSyncOptions

    def run(self, context: RunContext) -> dict[str, Any]:
        services = wanted(context)
        tally = Tally(context, len(services))
        sources = list(tally.sources(services))
        with Pulls(sources, context.options.concurrency, patience(context), clock.now()) as pulls:
            while pulls.left:
                context.checkpoint()
                for pulled in pulls.done(LOOK_EVERY):
                    tally.note(pulled)
        metrics = tally.metrics()
        context.give_up_if_nothing_was_done(tally.synced + tally.before, metrics)
        return metrics

    def check(self, subject_id: UUID | None, options: Any) -> list[str]:
        if Service.objects.filter(is_active=True).exists():
            return []
        return ["There is no active service yet: add one under Services."]


def wanted(context: RunContext) -> QuerySet[Service]:
    """The services that the run is about; raises GiveUp where there is none."""
    options = context.options
    rows = Service.objects.order_by("name", "pk")
    if context.owner_id is not None:
        rows = rows.filter(owner_id=context.owner_id)
    rows = rows.filter(pk=options.service_id) if options.service_id else rows.filter(is_active=True)
    if options.label:
        rows = rows.filter(pk__in=[row.pk for row in rows if options.label in row.labels])
    if not rows.exists():
        named = f" with the label “{options.label}”" if options.label else ""
        raise GiveUp("There is no such service." if options.service_id else f"There is no active service{named}.")
    return rows


def patience(context: RunContext) -> Patience:
    options = context.options
    return Patience(
        attempts=options.attempts,
        backoff=options.backoff,
        timeout=options.timeout,
        deadline=options.deadline,
        max_delay=0 if options.service_id else options.max_delay,
    )


class Tally:
    """What has become of each service of a run."""

    def __init__(self, context: RunContext, total: int) -> None:
        self.context, self.total = context, total
        self.synced = self.before = 0
        self.new = self.known = self.too_old = self.unreadable = 0
        self.failures = 0
        self.failed: dict[str, str] = {}  # why, by name

    def sources(self, services: QuerySet[Service]) -> Iterator[Source]:
        """Those that an earlier attempt of this run has not synced, as far as their secrets can be read."""
        for service in services:
            if service.done_in_run == self.context.run_id:
                self.before += 1
                continue
            try:
                yield service.source()
            except NotConfigured as error:
                self._failed(service.pk, service.name, str(error))
        if self.before:
            self.context.log(f"{self.before} services were synced by an earlier attempt.")
        self._progress()

    def note(self, pulled: Pulled) -> None:
        source = pulled.source
        for line in pulled.notes:
            self.context.log(line, "warning")
        if pulled.error is not None:
            self._failed(source.id, source.name, str(pulled.error))
        else:
            self._store(pulled)
        self._progress()

    def _store(self, pulled: Pulled) -> None:
        name = pulled.source.name
        stored = store(pulled.source.id, pulled.records)
        note_success(pulled, self.context.run_id)
        self.synced += 1
        self.new, self.known = self.new + stored.new, self.known + stored.known
        self.too_old, self.unreadable = self.too_old + stored.too_old, self.unreadable + len(pulled.unreadable)
        self.context.log(f"{name}: {stored.new} new of {len(pulled.records)} records.")
        for sentence in watch_thresholds(pulled.source.id):
            self.context.log(sentence, "warning")
        for line in pulled.unreadable[:MOST_NOTED]:
            self.context.log(f"{name}: {line}", "warning")

    def _failed(self, service_id: UUID, name: str, sentence: str) -> None:
        note_failure(service_id, sentence)
        self.failures += 1
        self.failed[name] = sentence
        self.context.miss(name, sentence)
        self.context.log(f"{name}: {sentence}", "error")

    def _progress(self) -> None:
        self.context.progress(self.synced + self.before + self.failures, self.total)

    def metrics(self) -> dict[str, Any]:
        return {
            "services": self.total,
            "synced": self.synced + self.before,
            "failed": self.failures,
            "records_new": self.new,
            "records_known": self.known,
            "records_too_old": self.too_old,
            "records_unreadable": self.unreadable,
            "failed_services": dict(list(self.failed.items())[:MOST_NAMED]),
        }

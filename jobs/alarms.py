"""What keeps runs from starting although their schedules are fine: nobody is there to start or to take them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from jobs.models import JobRun, Pause, ScheduledJob, Worker
from jobs.queueing import default_queue
from jobs.status import RunStatus

NO_BEAT = "No scheduler is running: nothing will start."
NO_WORKER = "No worker is running: job runs wait."


@dataclass(frozen=True, slots=True)
class Alarm:
    words: str
    command: str = ""  # that helps

    def __str__(self) -> str:
        return f"{self.words} Start one with: {self.command}" if self.command else self.words


class Watch:
    """The processes that are online at this moment."""

    def __init__(self) -> None:
        online = [worker for worker in Worker.objects.all() if worker.state == Worker.State.ONLINE]
        self.beats = [worker for worker in online if worker.role == Worker.Role.BEAT]
        self.workers = [worker for worker in online if worker.role == Worker.Role.WORKER]

    def of_beat(self) -> Alarm | None:
        return None if self.beats else Alarm(NO_BEAT, "celery -A config beat")

    def of_queue(self, queue: str | None) -> Alarm | None:
        """Whether somebody takes from that queue; none is the default one."""
        name = queue or default_queue()
        if not self.workers:
            return Alarm(NO_WORKER, _start(name))
        if any(name in worker.queues or not worker.queues for worker in self.workers):
            return None
        return Alarm(f"No worker that is online takes from the queue “{name}”: its job runs wait.", _start(name))

    def of_run(self, run: JobRun) -> str:
        """Why the run may stay open for ever; "" where it will not."""
        if run.status == RunStatus.PENDING or (run.is_open and not self.workers):
            return str(self.of_queue(run.queue) or "")
        return ""

    def of_job(self, job: ScheduledJob) -> list[str]:
        return [str(alarm) for alarm in (self.of_beat(), self.of_queue(job.queue)) if alarm]

    def of_platform(self) -> Iterator[Alarm]:
        """Without beat, without workers, or with queues that somebody has to take from and nobody does."""
        found = [self.of_beat(), self.of_queue(None) if not self.workers else None]
        if self.workers:
            found += [self.of_queue(queue) for queue in sorted(_queues())]
        yield from (alarm for alarm in found if alarm)


def of_run(run: JobRun) -> str:
    """`Watch.of_run` at this moment; asks nothing where the run has ended."""
    return Watch().of_run(run) if run.is_open else ""


def remarks() -> list[str]:
    """For whoever asks when something runs: why nothing does at the moment."""
    pause, no_beat = Pause.current(), Watch().of_beat()
    return [str(remark) for remark in (pause, no_beat) if remark]


def _start(queue: str) -> str:
    return "celery -A config worker" + ("" if queue == default_queue() else f" --queues {queue}")


def _queues() -> set[str]:
    """Those of active jobs and of runs that wait."""
    jobs = ScheduledJob.objects.filter(enabled=True).exclude(queue=None).order_by()
    runs = JobRun.objects.filter(status=RunStatus.PENDING).order_by().values_list("queue").annotate(Count("pk"))
    return {str(queue) for queue in jobs.values_list("queue", flat=True)} | {q or default_queue() for q, _ in runs}

"""A platform whose processes are killed: a crew of workers and beats, schedules that are watched, and what is found."""

import random
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import OperationalError, close_old_connections
from django.utils import timezone

from config import processes, services
from config.processes import Process
from jobs.job_type import job_types
from jobs.models import JobRun, ScheduledJob
from jobs.schedules import Schedule, put_job
from tests.acceptance.harness import Platform
from tests.faults.checker import Invariant, Verdict, check
from tests.faults.effect import Effect
from tests.faults.evidence import Evidence, Step, Watched, all_steps
from tests.faults.outside import EFFECT, Outside

LEASE = 4  # seconds
SETTLED = 120  # seconds after the last fault in which every run has to end
KEPT = 10_000_000
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
    "STUCK_RUN_THRESHOLD": LEASE,
    "WORKER_CONCURRENCY": 2,
    "RETRY_BACKOFF": 0.5,
    "KEEP_COMPLETED_RUNS": KEPT,
    "KEEP_FAILED_RUNS": KEPT,
    "LOG_LEVEL": "WARNING",
}


@dataclass(slots=True)
class Result:
    verdict: Verdict
    recoveries: list[float]  # seconds from a fault (or its end) to the next success
    settled: float  # seconds from the last fault to the end of the last run
    seconds: float  # that the scenario took
    lateness: list[float]  # seconds from each tick to its row


@dataclass(slots=True)
class Notes:
    """What the test itself knows."""

    watched: list[Watched] = field(default_factory=list)
    faults: list[float] = field(default_factory=list)  # moments at which a fault ended, seconds since 1970
    steps: dict[int, Step] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)


class Scene(Platform):
    """Use as a context. Its processes know the job type `effect`; so does this one."""

    def __init__(self, folder: Path, database_url: str, seed: int, **environment: object) -> None:
        file = folder / "outside.jsonl"
        super().__init__(folder, database_url, **{**ENVIRONMENT, "OUTSIDE": file, **environment})
        self.outside = Outside(file)
        self.chance = random.Random(seed)
        self.notes = Notes()
        self.crew: dict[str, Process] = {}
        self.begun = time.time()

    def __enter__(self) -> "Scene":
        self._registered = job_types.temporarily(Effect.name, Effect)
        self._registered.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._registered.__exit__(None, None, None)
        for process in self.started:  # nothing of them is needed any more
            self.signal(process, signal.SIGKILL)
        super().__exit__(*error)

    @property
    def kind(self) -> str:
        return "SQLite" if self.environment["DATABASE_URL"].startswith("sqlite") else "PostgreSQL"

    # schedules

    def watch(
        self,
        name: str,
        *,
        seconds: float,
        every: int = 0,
        cron: str = "",
        starts_in: float = 1,
        is_neighbour: bool = False,
        options: dict[str, Any] | None = None,
        **policies: Any,
    ) -> ScheduledJob:
        """A job that is due for so many seconds from in a moment on, and a note of it."""
        # A whole second that is still to come when the job has been saved, or its first tick would be in the past.
        start = (timezone.now() + timedelta(seconds=starts_in + 1)).replace(microsecond=0)
        end = start + timedelta(seconds=seconds)
        period = "seconds" if every else ""
        schedule = Schedule(cron_expression=cron, every=every, period=period, start_time=start, expires=end)
        fields = {"backoff_seconds": 0.5, "overlap": "allow", **policies}
        if fields["overlap"] in ("allow", "queue"):
            fields = {"catch_up": "all", **fields}
        job = put_job(name, job_type="effect", schedule=schedule, options=options or {}, **fields)
        self.note(job, start, end, is_neighbour=is_neighbour)
        return job

    def note(self, job: ScheduledJob, start: datetime, end: datetime, *, is_neighbour: bool = False) -> None:
        self.notes.watched.append(
            Watched(
                job=job.pk,
                name=job.name,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                cron=job.cron_expression,
                zone=job.time_zone,
                every=job.interval.every if job.interval else 0,
                grace=timedelta(seconds=job.misfire_grace_seconds),
                jitter=timedelta(seconds=job.jitter_seconds),
                is_neighbour=is_neighbour,
            )
        )

    # the crew

    def man(self, *names: str) -> None:
        """Start these, "worker-…" and "beat-…", and wait until all of them have said that they are alive."""
        for name in names:
            self.launch(name)
        for name in names:
            self._when_signed_on(self.crew[name], name.partition("-")[0])

    def launch(self, name: str) -> None:
        """Start one without waiting for it."""
        if name.startswith("beat"):
            argv = services.celery("beat", "--loglevel", "WARNING")
        else:
            argv = services.worker_argv("--hostname", f"{name}@test")
        self.crew[name] = self.start(name, argv)

    def kill(self, name: str) -> None:
        """`kill -9` of the process and of all its children."""
        process = self.crew[name]
        self.signal(process, signal.SIGKILL)
        processes.stop([process])
        self.started.remove(process)
        self.fault_is_over()

    def relaunch_dead(self, names: Iterable[str]) -> None:
        """Start again what has died of itself, as systemd does."""
        for name in names:
            process = self.crew[name]
            if not processes.is_up(process):
                processes.stop([process])
                self.started.remove(process)
                self.fault_is_over()
                self.launch(name)

    def leave(self, name: str, *, seconds: float = 10) -> None:
        """Ask the process to end, as `systemctl stop` does, and kill it after so many seconds."""
        process = self.crew[name]
        self.fault_is_over()  # from now on, for what it was at is handed back before it has ended
        processes.stop([process], seconds=seconds)
        self.started.remove(process)

    def fault_is_over(self) -> None:
        self.notes.faults.append(time.time())

    def churn(
        self, until: Callable[[], bool], *, pause: tuple[float, float], away: tuple[float, float] = (0, 1)
    ) -> int:
        """Kill one of the crew at random and start it again after a while, until told; how many were killed."""
        names, kills = sorted(self.crew), 0
        while not until():
            self.sleep(pause)
            victim = self.chance.choice(names)
            self.kill(victim)
            kills += 1
            self.sleep(away)
            self.launch(victim)
            self.observe()
        return kills

    @staticmethod
    def in_seconds(seconds: float) -> Callable[[], bool]:
        """Whether so many seconds have passed by now."""
        end = time.monotonic() + seconds
        return lambda: time.monotonic() >= end

    def sleep(self, span: tuple[float, float]) -> None:
        time.sleep(self.chance.uniform(*span))

    # what is found

    def observe(self) -> None:
        """Take down which steps there are by now: none of them may change or vanish."""
        steps = all_steps(after=max(self.notes.steps, default=0))
        self.notes.steps |= {step[0]: step for step in steps}
        self.notes.runs |= {step[1] for step in steps}

    def settle(self, seconds: float = SETTLED) -> float:
        """Wait until all ticks have come and no run is open, at most so long; how long it took after the last fault."""
        ends = [watched.end.timestamp() for watched in self.notes.watched]
        last = max([*ends, *self.notes.faults], default=time.time())
        while time.time() < last + seconds and not self._is_settled():
            time.sleep(0.1)
        return time.time() - last

    def _is_settled(self) -> bool:
        now = timezone.now()
        try:
            if any(watched.end > now for watched in self.notes.watched):
                return False
            return not (ScheduledJob.objects.due(now).exists() or JobRun.objects.open().exists())
        except OperationalError:  # the scenario has taken the database away
            close_old_connections()
            return False

    def result(self, *, also: Iterable[Invariant] = (), seconds: float = SETTLED) -> Result:
        """Wait for the end and check everything."""
        settled = self.settle(seconds)
        evidence = Evidence.gather(self.notes.watched, self.outside, self.notes.steps, self.notes.runs)
        late = [
            (run.created_at - run.scheduled_for).total_seconds() for run in evidence.runs.values() if run.scheduled_for
        ]
        return Result(check(evidence, also=also), self.recoveries(), settled, time.time() - self.begun, late)

    def recoveries(self) -> list[float]:
        """Seconds from the end of each fault to the first effect after it."""
        effects = sorted(line.at for line in self.outside.lines() if line.what == EFFECT)
        found = []
        for fault in self.notes.faults:
            after = next((moment for moment in effects if moment > fault), None)
            if after is not None:
                found.append(after - fault)
        return found

"""While runs work, a thread beside them renews their leases, writes down progress and log, and hears of cancellations.

A process has one such thread for all its runs. It wakes when the first of them is due to be looked at and once a
second without any, so that nobody has to wake it and a run that ends within a second costs it nothing.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import Error, close_old_connections, connection

from jobs import clock, closing
from jobs.context import RunContext
from jobs.errors import HandedBack, JobError, RunCancelled, StaleRun
from jobs.log import Line
from jobs.models import JobRun, RunLog
from jobs.offspring import Process
from jobs.patience import patiently
from jobs.status import RunStatus

INTERVAL = 1.0  # seconds between two looks
LONGEST = 5.0  # seconds until a run hears that it was cancelled
NEVER = float("inf")
logger = logging.getLogger(__name__)


@contextmanager
def heartbeat(run: JobRun, context: RunContext) -> Iterator[None]:
    """Keep the run's lease while the block runs; after the run's time is up the lease is left to run out."""
    context.deadline = time.monotonic() + run.timeout_seconds
    if run.lease_expires_at:
        context.leased_until = time.monotonic() + (run.lease_expires_at - clock.now()).total_seconds()
    if run.fence > 1:
        _count_lines(run, context)
    beat = Beat(run, context)
    _heart.add(beat)
    try:
        yield
    finally:
        _heart.remove(beat)
        _close(run, context)


class Beat:
    """What is known of one run at work. Times are those of `time.monotonic`."""

    def __init__(self, run: JobRun, context: RunContext) -> None:
        self.run = run
        self.context = context
        self.every = min(settings.STUCK_RUN_THRESHOLD / 4, LONGEST)  # seconds between two renewals
        self.renewed = time.monotonic()
        self.written = (0, 0)
        self.was_asked = False
        self.is_lost = False
        self.wait()

    def wait(self) -> None:
        self.looks_at = NEVER if self.is_lost else time.monotonic() + min(INTERVAL, self.every)

    def hear(self) -> None:
        """Tell the run that it must stop where this worker does, or where its time is up."""
        if closing.is_closing() and self.context.stop is None:
            self.context.stop = HandedBack()
        if (self.context.seconds_left <= 0 or self.context.stop is not None) and not self.was_asked:
            Process.ask_children_to_end()
            self.was_asked = True

    def write(self) -> None:
        """Renew the lease and write what is new, where there is a reason to. Raises the database's errors."""
        progress = (self.context.done, self.context.total)
        lines = self.context.lines.taken()
        if progress == self.written and not lines and time.monotonic() - self.renewed < self.every:
            return
        try:
            clock.Clock.synchronise()
            lost = _renew(self.run, self.context, progress)
            if lost is None:
                _write(self.run, lines)
        except Error:
            self.context.lines.put_back(lines)
            raise
        self.renewed, self.written = time.monotonic(), progress
        if lost is not None:
            self.is_lost = True
            self.context.stop = lost
            self.context.lines.put_back(lines)  # a cancelled run keeps them; one that was taken over is not written to
            Process.ask_children_to_end()


class Heart:
    """The thread. It is started with the first run and again after a fork, and keeps no connection while it idles."""

    def __init__(self) -> None:
        self._beats: set[Beat] = set()
        self._changed = threading.Condition()
        self._wakes_at = 0.0  # it sleeps until then
        self._busy_with: Beat | None = None
        self._is_connected = False
        self._thread = threading.Thread()

    def add(self, beat: Beat) -> None:
        with self._changed:
            self._beats.add(beat)
            if not self._thread.is_alive():
                self._busy_with, self._is_connected = None, False
                self._thread = threading.Thread(target=self._live, name="heartbeat", daemon=True)
                self._thread.start()
            elif beat.looks_at < self._wakes_at:
                self._changed.notify_all()

    def remove(self, beat: Beat) -> None:
        """Nothing is written for the run any more when this returns, and the last one leaves no connection behind."""
        with self._changed:
            self._beats.remove(beat)
            while self._thread.is_alive() and (self._busy_with is beat or (self._is_connected and not self._beats)):
                self._changed.notify_all()
                self._changed.wait(INTERVAL)

    def _live(self) -> None:
        while True:
            due = self._due()
            for beat in due:
                if self._is_there(beat) and not self._write(beat):
                    break  # the database is away: the others need not wait for it too
            for beat in due:
                beat.wait()

    def _due(self) -> list[Beat]:
        """Sleep until some are due to be looked at; these."""
        with self._changed:
            while True:
                self._busy_with = None
                if not self._beats and self._is_connected:
                    connection.close()
                    self._is_connected = False
                self._changed.notify_all()
                now = time.monotonic()
                due = [beat for beat in self._beats if beat.looks_at <= now]
                for beat in due:
                    beat.hear()
                if due:
                    return due
                self._wakes_at = min([now + INTERVAL, *(beat.looks_at for beat in self._beats)])
                self._changed.wait(self._wakes_at - now)

    def _is_there(self, beat: Beat) -> bool:
        with self._changed:
            is_there = beat in self._beats
            self._busy_with = beat if is_there else None
            self._is_connected |= is_there
            self._changed.notify_all()
            return is_there

    @staticmethod
    def _write(beat: Beat) -> bool:
        try:
            beat.write()
        except Error:
            # The database is away for a moment; the lease outlasts several looks, and the fence protects the rest.
            close_old_connections()
            return False
        return True


_heart = Heart()


def _close(run: JobRun, context: RunContext) -> None:
    """Write the last progress and lines. The work is done by now, so a database that is away does not undo it."""
    lines = context.lines.taken() + context.lines.closing()

    if not lines and (run.done, run.total) == (context.done, context.total):
        return

    def write() -> None:
        if JobRun.objects.filter(pk=run.pk, fence=run.fence).update(done=context.done, total=context.total):
            _write(run, lines)

    try:
        patiently(write)
    except Error:
        logger.warning("The last lines of the log of %s are lost.", run.pk, extra={"action": "log_lost"})


def _count_lines(run: JobRun, context: RunContext) -> None:
    """What earlier claims have written counts too."""
    texts = run.log.values_list("text", flat=True)
    context.lines.lines, context.lines.bytes = len(texts), sum(len(text.encode()) for text in texts)


def _write(run: JobRun, lines: list[Line]) -> None:
    RunLog.objects.bulk_create(
        RunLog(run_id=run.pk, at=line.at, attempt=run.attempt, level=line.level, text=line.text) for line in lines
    )


def _renew(run: JobRun, context: RunContext, progress: tuple[int, int]) -> JobError | None:
    """Renew the lease; return what the run must stop with where it is no longer ours."""
    if context.seconds_left <= 0:
        return None
    done, total = progress
    ours = JobRun.objects.filter(pk=run.pk, fence=run.fence, status=RunStatus.PROCESSING)
    expires = clock.now() + timedelta(seconds=settings.STUCK_RUN_THRESHOLD)
    leased_until = time.monotonic() + settings.STUCK_RUN_THRESHOLD
    if ours.update(lease_expires_at=expires, done=done, total=total, expected_at=context.expected_at):
        run.done, run.total = done, total
        context.leased_until = leased_until
        return None
    status = JobRun.objects.filter(pk=run.pk).values_list("status", flat=True).first()
    return RunCancelled() if status == RunStatus.CANCELLED else StaleRun()

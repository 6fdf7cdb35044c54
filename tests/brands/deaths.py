"""A worker's process that dies at a chosen place around a call, and another one that takes over.

A place is before or after a statement or a commit of the database, or a step of the HTTP client (connecting, sending,
receiving, closing, each at its beginning and at its end). The places are counted from 1; the process ends there without
another word (`os._exit`).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import count
from typing import Any, NoReturn

import httpx
from django.db import connection
from django.utils import timezone

from brands.models import Brand
from jobs.dispatch import trigger
from jobs.execution import execute
from jobs.models import JobRun, ScheduledJob
from jobs.recovery import rescue
from tests.brands.factories import make_job
from tests.faults.crash_points import Point, failing

DIED = 9
Place = Callable[[int], AbstractContextManager[None]]


def _die(_: str) -> NoReturn:
    os._exit(DIED)


def of_the_database(number: int) -> AbstractContextManager[None]:
    return failing(Point(number, _die))


@contextmanager
def of_the_client(number: int) -> Iterator[None]:
    """Places of all requests together; httpx tells a request's extension `trace` of each step."""
    point = Point(number, _die)
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def trace(_name: str, _info: dict[str, Any]) -> None:
        point.place()

    async def traced(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        request.extensions["trace"] = trace
        return await send(self, request)

    httpx.AsyncHTTPTransport.handle_async_request = traced
    try:
        yield
    finally:
        httpx.AsyncHTTPTransport.handle_async_request = send


PLACES: dict[str, Place] = {"database": of_the_database, "client": of_the_client}


def in_a_process(work: Callable[[], None]) -> int:
    """Do it in a child process and return how that ended: its exit code, or minus the signal that killed it."""
    connection.close()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            connection.close()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work_on(run: JobRun) -> None:
    """What a worker does, and beat after each time that the run was put off."""
    for _ in range(8):
        JobRun.objects.filter(pk=run.pk).update(available_at=timezone.now())
        execute(run.pk, worker="w1")
        if JobRun.objects.get(pk=run.pk).status != "pending":
            return


def dies_at(place: AbstractContextManager[None], run: JobRun) -> int:
    """Work on the run in a process that dies at the place; 0 where it never came there."""

    def work() -> None:
        with place:
            work_on(run)

    code = in_a_process(work)
    assert code in (0, DIED)
    return code


def its_worker_went_silent(run: JobRun) -> None:
    past = timezone.now() - timedelta(seconds=1)
    JobRun.objects.filter(pk=run.pk, status="processing").update(lease_expires_at=past)
    rescue(timezone.now())


def another_takes_over(run: JobRun) -> None:
    its_worker_went_silent(run)
    assert in_a_process(lambda: work_on(run)) == 0
    run.refresh_from_db()


def asking_job(brand: Brand) -> ScheduledJob:
    """A job that asks the till, and may be tried again at once and often."""
    job = make_job(brand, collectors=["till"])
    ScheduledJob.objects.filter(pk=job.pk).update(max_attempts=6, backoff_seconds=0)
    job.refresh_from_db()
    return job


def dead_at_each(
    place: Place, job: ScheduledJob, *, step: int = 1, before: Callable[[JobRun], None] = lambda run: None
) -> Iterator[JobRun]:
    """A run for each place at which its worker died, taken over and ended; the last one came through.

    With `before` something else happens to each run first.
    """
    for number in count(1, step):
        run = trigger(job).run
        before(run)
        code = dies_at(place(number), run)
        another_takes_over(run)
        yield run
        if code == 0:
            return

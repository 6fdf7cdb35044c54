"""A worker that dies at any point around a call loses no answer and buys none twice, or it says that it may have."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from brands.collector import providers
from brands.limits import KNOWN
from brands.models import Answer, Call, CallStatus
from brands.pace import State
from jobs.execution import execute
from jobs.models import JobRun
from jobs.recovery import rescue
from tests.brands.factories import make_brand, make_call, make_query, make_run
from tests.brands.till import Keyed, Plain, Tagged, Tasks, Till, open_till

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {"plain": Plain, "keyed": Keyed, "tasks": Tasks, "tagged": Tagged}
CAN_FIND_OUT = ("keyed", "tagged")
DIED = 9


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Till]:
    settings.COLLECTION_POLL_INTERVAL = 0.01
    with open_till(tmp_path / "charged.jsonl") as (till, url):
        monkeypatch.setenv("TILL_BASE_URL", url)
        yield till


class Crash:
    """Ends the process at the n-th statement, before or after it."""

    def __init__(self, at: int, after: bool) -> None:
        self.left = at
        self.after = after

    def __call__(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            os._exit(DIED)
        result = execute(sql, *more)
        if self.left == 0:
            os._exit(DIED)
        return result


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


def work_on(run: JobRun, crash: Crash | None = None) -> None:
    """What a worker does, and beat after each time that the run was put off."""

    def attempt() -> None:
        for _ in range(8):
            JobRun.objects.filter(pk=run.pk).update(available_at=timezone.now())
            execute(run.pk, worker="w1")
            if JobRun.objects.get(pk=run.pk).status != "pending":
                return

    if crash is None:
        attempt()
        return
    with connection.execute_wrapper(crash):
        attempt()


def its_worker_went_silent(run: JobRun) -> None:
    past = timezone.now() - timedelta(seconds=1)
    JobRun.objects.filter(pk=run.pk, status="processing").update(lease_expires_at=past)
    rescue(timezone.now())


def settled(run: JobRun, till: Till, charged: int, kind: str) -> str:
    """What became of the run's one question after its worker died and another one took over."""
    run.refresh_from_db()
    calls = list(Call.objects.filter(run_id=run.pk))
    answer = Answer.objects.filter(run=run).first()
    bought = till.charged() - charged
    assert bought <= 1, "paid twice"
    assert not run.is_open
    assert all(call.status != "open" for call in calls), "its reservation would never end"
    if answer is not None and answer.status == "answered":
        paid = [call for call in calls if call.status == "answered"]
        assert (bought, len(paid), run.status) == (1, 1, "completed"), "each charged call is one stored answer"
        assert answer.text.encode() in paid[0].raw
        return "answered"
    assert kind not in CAN_FIND_OUT, f"lost: {run.reason}"
    assert [call.status for call in calls if call.status != "failed"] == ["ambiguous"]
    assert "may have" in run.reason
    return "ambiguous"


def after_a_death(run: JobRun, till: Till, kind: str, death: Callable[[], int]) -> tuple[int, str]:
    charged = till.charged()
    code = death()
    its_worker_went_silent(run)
    assert in_a_process(lambda: work_on(run)) == 0
    return code, settled(run, till, charged, kind)


def every_point(kind: str, till: Till, step: int) -> list[str]:
    """Die at one statement after the other, until a run comes through."""
    query = make_query(make_brand())
    ends = []
    for after in (False, True):
        point, code = 1, DIED
        while code == DIED:
            run = make_run(query.brand, options={"collectors": ["till"]}, max_attempts=4, backoff_seconds=0)
            crash = Crash(point, after)
            code, end = after_a_death(
                run, till, kind, lambda run=run, crash=crash: in_a_process(lambda: work_on(run, crash))
            )
            assert code in (0, DIED)
            ends.append(end)
            point += step
    return ends


def registered(kind: str) -> Any:
    return providers.temporarily(("till", "till"), KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_around_a_call_loses_nothing_and_pays_once(kind: str, till: Till) -> None:
    with registered(kind):
        ends = every_point(kind, till, step=9)
    assert "answered" in ends


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_at_any_statement_loses_nothing_and_pays_once(kind: str, till: Till) -> None:
    with registered(kind):
        ends = every_point(kind, till, step=1)
    assert len(ends) > 30
    assert ends.count("answered") > len(ends) / 2


@pytest.mark.parametrize("moment", ["before", "after", "answered"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_is_killed_by_the_moment_of_the_sale_pays_once(kind: str, moment: str, till: Till) -> None:
    run = make_run(make_query(make_brand()).brand, options={"collectors": ["till"]}, max_attempts=4)
    till.kill = moment
    with registered(kind):
        code, end = after_a_death(run, till, kind, lambda: in_a_process(lambda: work_on(run)))
    assert code == -9 or moment == "answered"
    if kind in CAN_FIND_OUT:
        assert end == "answered"
    elif moment != "answered":
        assert end == "ambiguous"


def test_a_call_that_can_be_made_again_under_its_key_waits_until_its_provider_can_be_asked(till: Till) -> None:
    query = make_query(make_brand())
    run = make_run(query.brand, options={"collectors": ["till"]}, max_attempts=3)
    till.sell("key-1")  # and its answer was lost
    of_the_dead = {"run_id": run.pk, "collector": "till", "provider": "till", "idempotency_key": "key-1"}
    call = make_call(query, CallStatus.OPEN, **of_the_dead)
    KNOWN["till"] = State(paused_until=time.time() + 100)
    with registered("keyed"):
        execute(run.pk, worker="w1")
        call.refresh_from_db()
        assert (JobRun.objects.get(pk=run.pk).status, call.status) == ("pending", "open")
        KNOWN.clear()
        work_on(run)
    call.refresh_from_db()
    assert (JobRun.objects.get(pk=run.pk).status, call.status, till.charged()) == ("completed", "answered", 1)

"""A worker that dies at any point around a call loses no answer and buys none twice, or it says that it may have."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brands.collector import providers
from brands.limits import KNOWN
from brands.models import Answer, Call, CallStatus
from brands.pace import State
from jobs.execution import execute
from jobs.models import JobRun
from tests.brands.deaths import PLACES, another_takes_over, asking_job, dead_at_each, in_a_process, work_on
from tests.brands.factories import make_brand, make_call, make_query, make_run
from tests.brands.till import Keyed, Plain, Tagged, Tasks, Till, open_till

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {"plain": Plain, "keyed": Keyed, "tasks": Tasks, "tagged": Tagged}
CAN_FIND_OUT = ("keyed", "tagged")
STEPS = {"database": 19, "client": 3}  # `make faults` dies at each place


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Till]:
    settings.COLLECTION_POLL_INTERVAL = 0.01
    with open_till(tmp_path / "charged.jsonl") as (till, url):
        monkeypatch.setenv("TILL_BASE_URL", url)
        yield till


def settled(run: JobRun, till: Till, charged: int, kind: str) -> str:
    """What became of the run's one question after its worker died and another one took over."""
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


def registered(kind: str) -> Any:
    return providers.temporarily(("till", "till"), KINDS[kind])


@pytest.mark.parametrize("places", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_around_a_call_loses_nothing_and_pays_once(kind: str, places: str, till: Till) -> None:
    charged, ends = 0, []
    with registered(kind):
        job = asking_job(make_query(make_brand()).brand)
        for run in dead_at_each(PLACES[places], job, step=STEPS[places]):
            ends.append(settled(run, till, charged, kind))
            charged = till.charged()
    assert "answered" in ends


@pytest.mark.parametrize("moment", ["before", "after", "answered"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_is_killed_by_the_moment_of_the_sale_pays_once(kind: str, moment: str, till: Till) -> None:
    run = make_run(make_query(make_brand()).brand, options={"collectors": ["till"]}, max_attempts=4)
    till.kill = moment
    with registered(kind):
        code = in_a_process(lambda: work_on(run))
        another_takes_over(run)
    end = settled(run, till, 0, kind)
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

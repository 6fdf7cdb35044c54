"""The ledger of a collection: what is bought once, what is ambiguous, what is read again; and the calls' pace."""

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, cycle
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands import journal
from brands.collector import Provider, Question, Reply, ReplyStatus, providers
from brands.collectors._exchange import exchange
from brands.models import Brand, Call, CallStatus
from brands.release import ask_again
from brands.sample_engines import SampleEngines
from brands.sample_engines.faults import Fault
from brands.switchboard import READY
from jobs.dispatch import retry
from jobs.models import JobRun
from tests.brands.factories import make_brand, make_call, make_query
from tests.brands.test_job_types import ALL, again, counts, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brand() -> Brand:
    brand = make_brand()
    for text in ("Which coffee machine is best?", "Which coffee machine lasts longest?"):
        make_query(brand, text)
    return brand


def moments(run: JobRun) -> list[float]:
    """Seconds from the first call to each."""
    opened = [call.opened_at for call in Call.objects.filter(run_id=run.pk).order_by("opened_at")]
    return [(moment - opened[0]).total_seconds() for moment in opened]


def test_calls_are_spread_over_the_time_that_is_asked_for(brand, engines):
    first, second, third, fourth = moments(work(brand, collectors=["local"], samples=2, parallel=True, spreadSeconds=2))
    assert first == 0
    assert 0.45 < second < third
    assert 0.95 < third < fourth
    assert fourth > 1.45


def test_calls_to_one_provider_wait_a_random_while_where_it_is_asked_for(brand, engines):
    random.seed(3)
    least = random.uniform(0, 2)
    random.seed(3)
    assert moments(work(brand, collectors=["local"], parallel=True, delaySeconds=2))[1] >= least - 0.05


class Slow(Provider):
    """Takes its time before it sends, now and then."""

    name, collector, is_cooperative = "slow", "slow", True
    took: ClassVar[Iterator[float]]
    asked_in: ClassVar[list[str]]

    def ask(self, question: Question) -> Reply:
        self.asked_in.append(threading.current_thread().name)
        time.sleep(next(self.took))
        exchange(self.name, self.config, "POST", self.config.base_url, json={})
        return Reply(status=ReplyStatus.ANSWERED, text="42")


def test_no_second_of_a_provider_sees_more_calls_than_it_allows_however_long_they_take_to_prepare(
    brand: Brand, httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[float] = []

    def answer(_: Request) -> Response:
        came.append(time.monotonic())
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/").respond_with_handler(answer)
    monkeypatch.setenv("SLOW_BASE_URL", httpserver.url_for("/"))
    settings.PROVIDER_LIMITS = {"slow": {"calls_per_second": 5, "concurrency": 50, "timeout": 5}}
    Slow.took, Slow.asked_in = chain([0.5], cycle([0.0, 0.15, 0.0])), []
    READY.discard(Slow)
    with providers.temporarily(("slow", "slow"), Slow):
        run = work(brand, collectors=["slow"], samples=6, parallel=True)
    assert (run.status, len(came)) == ("completed", 12)
    assert max(sum(start <= moment < start + 1 for moment in came) for start in came) <= 5
    assert came[-1] - came[0] < 11 / 5 * 1.5
    assert Slow.asked_in[0] == "rehearsal_0", "what its client loads holds up no call in the air"
    assert set(Slow.asked_in[1:]) == {"flights"}


def test_each_charged_call_is_one_row_of_the_ledger_and_one_answer(brand, engines):
    run = work(brand, collectors=ALL, samples=2, parallel=True)
    calls = Call.objects.filter(run_id=run.pk)
    assert {call.status for call in calls} == {"answered"}
    assert sorted(call.answer_id for call in calls) == sorted(run.answers.values_list("pk", flat=True))
    assert all(answer.raw for answer in run.answers.all())
    assert sum(call.cost_usd or 0 for call in calls) == sum(answer.cost_usd or 0 for answer in run.answers.all()) > 0


def test_a_reply_that_did_not_come_in_time_is_not_bought_again_unless_a_person_says_so(
    brand: Brand, engines: Any, settings: Any
) -> None:
    settings.COLLECTION_TIMEOUT = 1
    engines.faults.set("openai_compatible", Fault("hang_charged", times=1))
    run = work(brand, collectors=["local"], max_attempts=3)
    assert (run.status, counts(run), len(engines.calls)) == ("partial", {"answered": 1, "failed": 1}, 2)
    assert "only when a person says so" in run.reason
    retry(run, "ada")
    again(run)
    assert (run.status, len(engines.calls)) == ("partial", 2)
    assert ask_again([Call.objects.get(status="ambiguous")], "ada").startswith("1 question may be asked again.")
    again(run)
    assert (run.status, len(engines.calls)) == ("completed", 3)
    assert sorted(Call.objects.values_list("status", flat=True)) == ["answered", "answered", "released"]


def test_a_paid_reply_that_could_not_be_read_is_read_again_before_it_is_bought_again(brand, engines):
    engines.faults.set("openai_compatible", Fault("wrong_shape", times=1))
    run = work(brand, collectors=["local"])
    failed = Call.objects.get(status="failed")
    body = Call.objects.get(status="answered").answer.raw
    failed.raw = journal.write([journal.Response(200, {"content-type": "application/json"}, body)])
    failed.save()  # as if this version knew the shape
    retry(run, "ada")
    again(run)
    assert (run.status, len(engines.calls)) == ("completed", 2)


@pytest.fixture
def tasks(brand: Brand, engines: SampleEngines, settings: Any) -> JobRun:
    """A run whose two questions are handed in and not ready."""
    settings.COLLECTORS = {"chatgpt": ["brightdata", "openai"]}
    engines.faults.set("brightdata", Fault("503", at="progress"))
    run = work(brand, collectors=["chatgpt"], max_attempts=3, waits_for_tasks=False)
    assert (run.status, counts(run)) == ("pending", {"waiting": 2})
    return run


def test_a_key_that_is_refused_for_a_while_does_not_lose_a_task_that_is_paid_for(tasks, engines):
    engines.faults.set("brightdata", Fault("401"))
    again(tasks)
    assert (tasks.status, counts(tasks), len(engines.calls)) == ("pending", {"waiting": 2}, 2)
    engines.faults.set("brightdata", Fault("ok"))
    while tasks.status == "pending":
        again(tasks)
    assert (tasks.status, len(engines.calls)) == ("completed", 2)


def test_a_task_that_takes_longer_than_the_run_may_wait_is_named_and_found_by_a_retry(tasks, engines):
    JobRun.objects.update(waiting_since=timezone.now() - timedelta(hours=1))
    again(tasks)
    assert (tasks.status, counts(tasks)) == ("failed", {"waiting": 2})
    assert "has not delivered its answer yet" in tasks.reason
    engines.faults.set("brightdata", Fault("ok"))
    retry(tasks, "ada")
    while tasks.status == "pending":
        again(tasks)
    assert (tasks.status, len(engines.calls)) == ("completed", 2)


def test_a_provider_that_can_no_longer_be_asked_leaves_an_ambiguous_call(tasks, engines, settings):
    settings.COLLECTORS = {"chatgpt": ["openai"]}
    again(tasks)
    assert {call.status for call in Call.objects.all()} == {"ambiguous"}
    assert "brightdata can no longer be asked what became of this call." in tasks.reason


def test_a_call_whose_worker_died_long_ago_is_written_off_and_shown(brand, engines):
    old = make_call(brand.queries.first(), CallStatus.OPEN, opened_at=timezone.now() - timedelta(hours=2))
    work(brand, collectors=["local"])
    old.refresh_from_db()
    assert old.status == "ambiguous"
    assert "died" in old.error

"""Limits that all workers share."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from brands.models import Customer
from jobs.errors import NoPlace, StaleRun
from jobs.execution import execute
from jobs.limits import call_all, call_next, claim, keys_of
from jobs.models import JobRun, Limit
from jobs.queueing import messages
from jobs.status import RunStatus
from tests.brands.factories import make_brand
from tests.jobs.factories import make_run, probe
from tests.tenants import client_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def limit(key: str, at_once: int | None = None, **fields) -> Limit:
    kind, value = key.split(":")
    row = Limit(kind=kind, value=value, at_once=at_once, **fields)
    row.full_clean()
    row.save()
    return row


def take(run: JobRun) -> None:
    claim(JobRun.objects.with_limits().get(pk=run.pk), "w1")


def pending(number: int, **fields) -> list[JobRun]:
    now = timezone.now() - timedelta(minutes=1)
    return [make_run(created_at=now + SECOND * place, available_at=now, **fields) for place in range(number)]


def test_no_more_runs_of_a_queue_are_at_work_than_its_limit_says():
    limit("queue:slow", 2)
    first, second, third = pending(3, queue="slow")
    take(first)
    take(second)
    with pytest.raises(NoPlace, match="The limit for queue:slow is reached"):
        take(third)
    take(make_run())  # of another queue
    JobRun.objects.get(pk=first.pk).complete({})
    take(third)


def test_a_limit_for_each_counts_each_for_itself_and_one_for_a_certain_one_goes_before_it():
    ours, theirs = Customer.objects.create(name="Coffee Ltd"), Customer.objects.create(name="Tea Inc")
    limit("customer:*", 1)
    assert limit("customer:Tea Inc", 2).value == str(theirs.pk)
    a, b = pending(2, owner=ours)
    c, d, e = pending(3, owner=theirs)
    for run in (a, c, d):
        take(run)
    for run in (b, e):
        with pytest.raises(NoPlace):
            take(run)


def test_a_run_counts_for_the_keys_that_its_job_type_names():
    brand = make_brand()
    options = {"collectors": ["chatgpt", "perplexity"]}
    run = make_run(job_type="data_collection", subject=brand, owner=brand.customer, options=options)
    assert keys_of(run) == [
        "queue:celery",
        "job_type:data_collection",
        f"customer:{brand.customer_id}",
        f"brand:{brand.pk}",
        "collector:chatgpt",
        "collector:perplexity",
    ]
    limit("collector:perplexity", 1)
    take(run)
    with pytest.raises(NoPlace, match="collector:perplexity"):
        take(make_run(job_type="data_collection", options={"collectors": ["perplexity"]}))
    take(make_run(job_type="data_collection", options={"collectors": ["chatgpt"]}))


def test_no_more_runs_start_in_a_span_of_time_than_the_limit_says():
    limit("queue:celery", starts=2, per_seconds=60)
    runs = pending(3)
    start = timezone.now()
    for run, seconds in zip(runs, (0, 30, 59), strict=True):
        with time_machine.travel(start + SECOND * seconds, tick=False):
            if seconds < 59:
                take(run)
                JobRun.objects.get(pk=run.pk).complete({})
            else:
                with pytest.raises(NoPlace):
                    take(run)
    with time_machine.travel(start + SECOND * 61, tick=False):
        take(runs[2])


def test_a_cancelled_run_keeps_its_place_until_its_worker_lets_go():
    limit("queue:celery", 1)
    first, second = pending(2)
    take(first)
    first.refresh_from_db()
    first.cancel("ada")
    with pytest.raises(NoPlace):
        take(second)
    first.let_go()
    take(second)


@pytest.mark.django_db(transaction=True)
def test_who_finds_no_place_is_called_when_one_is_free_in_the_order_of_the_line(broker):
    limit("queue:celery", 1)
    with probe():
        first, second, third, urgent = [*pending(3, priority=5), make_run(priority=0)]
        take(first)
        for run in (third, second, urgent):
            assert execute(run.pk, worker="w1") is None
        assert messages("") == 0
        assert not JobRun.objects.unpublished(timezone.now()).exists()  # beat does not send them round and round
        assert [run.pk for run in JobRun.objects.in_line("queue:celery")] == [urgent.pk, second.pk, third.pk]
        assert call_all() == 0
        JobRun.objects.get(pk=first.pk).complete({})
        assert (call_all(), messages("")) == (1, 1)
        assert call_all() == 0  # the place is kept for the one that was called
        assert execute(third.pk, worker="w1") is None
        assert execute(urgent.pk, worker="w1") == RunStatus.COMPLETED
        assert messages("") == 2  # who ends calls the next one
        assert execute(second.pk, worker="w1") == RunStatus.COMPLETED
        assert execute(third.pk, worker="w1") == RunStatus.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_does_not_take_the_place_that_another_was_called_to(broker):
    limit("queue:celery", 1)
    first, second = pending(2)
    take(first)
    JobRun.objects.get(pk=second.pk).wait_for("queue:celery")
    JobRun.objects.get(pk=first.pk).complete({})
    call_next(["queue:celery"])
    newcomer = make_run()
    with pytest.raises(NoPlace):
        take(newcomer)
    with time_machine.travel(timezone.now() + SECOND * 31, tick=False):
        take(newcomer)  # the other did not come: its message was lost, or nobody takes from its queue
    with pytest.raises(NoPlace):
        take(second)


@pytest.mark.django_db(transaction=True)
def test_a_limit_that_is_lifted_lets_everybody_go(broker):
    row = limit("queue:celery", 1)
    for run in pending(3):
        run.wait_for("queue:celery")
    assert call_all() == 1
    row.delete()
    assert call_all() == 2


@pytest.mark.django_db(transaction=True)
def test_claims_at_the_same_moment_do_not_pass_the_limit():
    limit("queue:celery", 3)
    runs = pending(8)
    found = []

    def work(run: JobRun) -> None:
        try:
            take(run)
            found.append("taken")
        except StaleRun:
            found.append("no place")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["no place"] * 5 + ["taken"] * 3
    assert JobRun.objects.filter(status=RunStatus.PROCESSING).count() == 3


def test_without_a_limit_a_claim_asks_nothing_more(django_assert_num_queries):
    run = JobRun.objects.with_limits().get(pk=make_run().pk)
    # Savepoint, status, event, savepoint; on PostgreSQL one statement.
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 4):
        claim(run, "w1")


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"kind": "colour", "at_once": 1}, "kind", "There is no kind “colour”. There are: queue, customer, brand, job"),
        ({"kind": "queue", "at_once": 0}, "at_once", "greater than or equal to 1"),
        ({"kind": "queue"}, "__all__", "Say how many may be at work at once"),
        ({"kind": "queue", "starts": 5000}, "starts", "less than or equal to 1000"),
        ({"kind": "queue", "starts": 1, "per_seconds": 0}, "per_seconds", "greater than or equal to 1"),
        ({"kind": "brand", "value": "Nobody", "at_once": 1}, "value", "There is no brand “Nobody”."),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_in_words(fields, where, words):
    with pytest.raises(ValidationError) as caught:
        Limit(**fields).full_clean()
    assert words in " ".join(caught.value.message_dict[where])


def test_there_is_one_limit_for_a_key():
    limit("queue:slow", 1)
    with pytest.raises(ValidationError, match="There is such a limit already"):
        limit("queue:slow", 2)


def test_the_run_says_what_it_waits_for_in_api_and_admin(client):
    root = User.objects.create_superuser("root")
    run = make_run(waits_for="collector:chatgpt")
    assert client_of(root).get(f"/api/admin/job-runs/{run.pk}").json()["waits_for"] == "collector:chatgpt"
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    assert "Waits for a place: the limit for collector chatgpt is reached." in (
        client.get(f"/admin/jobs/jobrun/{run.pk}/change/").content.decode()
    )

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from jobs.models import Worker
from jobs.workers import alive, sign_of_life, sign_off, sign_on
from tests.faults.crash_points import Point, failing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("silence", "state"), [(0, "online"), (60, "online"), (100, "stale"), (181, "offline")])
def test_a_worker_is_what_its_last_sign_of_life_says(silence, state):
    sign_on("w1", Worker.Role.WORKER)
    with time_machine.travel(timezone.now() + timedelta(seconds=silence), tick=False):
        assert Worker.objects.get().state == state


def test_a_sign_of_life_brings_a_worker_back():
    sign_on("w1", Worker.Role.WORKER)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        assert alive(Worker.Role.WORKER) == []
        sign_of_life("w1")
        assert [worker.name for worker in alive(Worker.Role.WORKER)] == ["w1"]


def test_a_worker_that_signs_off_is_gone_and_one_that_signs_on_twice_is_one():
    sign_on("w1", Worker.Role.WORKER)
    sign_on("w1", Worker.Role.WORKER, concurrency=8)
    assert Worker.objects.get().concurrency == 8
    sign_off("w1")
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_signs_off_although_its_connection_has_died_meanwhile():
    sign_on("w1", Worker.Role.WORKER)
    with failing(Point(1, OperationalError)):
        sign_off("w1")
    assert not Worker.objects.exists()


def test_the_long_gone_are_forgotten():
    sign_on("w1", Worker.Role.WORKER)
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=61))
    sign_on("w2", Worker.Role.WORKER)
    assert [worker.name for worker in Worker.objects.all()] == ["w2"]


def test_a_worker_says_what_it_takes_and_how_much_it_needs():
    sign_on("w1", Worker.Role.WORKER, concurrency=2, queues=["celery", "slow"])
    sign_of_life("w1", runs_done=7)
    worker = Worker.objects.get()
    assert (worker.queues, worker.runs_done, worker.version) == (["celery", "slow"], 7, settings.VERSION)
    assert 10_000_000 < worker.memory_bytes < 10_000_000_000

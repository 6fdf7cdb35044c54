"""What containers ask, on rows of its own; test_services.py asks it about real processes."""

import socket
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from config import healthcheck, processes
from jobs.models import Worker
from tests.acceptance.harness import run
from tests.environment import clean_environment


def sign_on(**fields: object) -> None:
    now = timezone.now()
    row = {
        "name": "beat@x:1",
        "role": "beat",
        "host": socket.gethostname(),
        "pid": 1,
        "started_at": now,
        "seen_at": now,
    }
    Worker.objects.create(**{**row, **fields})


def test_a_beat_of_this_machine_that_was_heard_of_lately_works(db: None) -> None:
    sign_on()
    assert healthcheck.beat()


@pytest.mark.parametrize("field", ["role", "host", "seen_at"])
def test_another_role_another_machine_or_a_long_silence_does_not_count(
    db: None, settings: Settings, field: str
) -> None:
    long_ago = timezone.now() - timedelta(seconds=settings.WORKER_OFFLINE_THRESHOLD + 1)
    sign_on(**{field: {"role": "worker", "host": "another", "seen_at": long_ago}[field]})
    assert not healthcheck.beat()


def test_a_worker_that_does_not_answer_does_not_work_whatever_its_row_says(db: None) -> None:
    sign_on(role="worker")
    assert not healthcheck.worker()


@pytest.mark.parametrize("role", healthcheck.ROLES)
def test_where_nothing_runs_the_answer_is_a_sentence_and_exit_code_1(tmp_path, role: str) -> None:
    free = {name: processes.free_port() for name in ("PORT", "FLOWER_PORT")}
    done = run([sys.executable, "-m", "config.healthcheck", role], clean_environment(tmp_path, **free), ok=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"{role} does not answer on {socket.gethostname()}.\n"

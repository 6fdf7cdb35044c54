import pytest
from django.contrib.auth.models import User

from jobs.models import Worker
from jobs.status import RunStatus
from jobs.workers import sign_of_life, sign_on
from tests.jobs.factories import make_run
from tests.tenants import client_of

pytestmark = pytest.mark.django_db


def test_a_worker_says_what_it_takes_what_it_is_at_and_what_it_did():
    sign_on("w1", Worker.Role.WORKER, concurrency=4, queues=["celery", "slow"])
    sign_of_life("w1", runs_done=7)
    run = make_run(RunStatus.PROCESSING, worker="w1")
    make_run(RunStatus.COMPLETED, worker="w1")
    (row,) = client_of(User.objects.create_superuser("root")).get("/api/admin/workers").json()["results"]
    assert (row["queues"], row["current_runs"], row["runs_done"]) == (["celery", "slow"], [str(run.pk)], 7)
    assert (row["state"], row["concurrency"]) == ("online", 4)
    assert row["memory_bytes"] > 0
    assert row["version"]

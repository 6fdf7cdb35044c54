from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.models import ScheduledJob

JOBS = "/api/admin/scheduled-jobs"
POLICIES: dict[str, Any] = {
    "overlap": "queue",
    "catch_up": "all",
    "misfire_grace_seconds": 900,
    "jitter_seconds": 30,
    "blackout": ["sat,sun 00:00-24:00", "22:00-06:00"],
    "queue": "slow",
    "priority": 3,
    "timeout_seconds": 60,
    "kill_after_seconds": 20,
    "max_attempts": 5,
    "backoff_seconds": 1.5,
}


def test_every_policy_is_set_read_and_sent_back(api, body):
    made = api.post(JOBS, {**body, **POLICIES})
    assert made.status_code == 201, made.json()
    job = made.json()
    assert {name: job[name] for name in POLICIES} == POLICIES
    row = ScheduledJob.objects.get(uuid=UUID(job["id"]))
    assert row.blackout[0] == {"days": ["sat", "sun"], "from": "00:00", "to": "24:00"}
    again = api.put(f"{JOBS}/{job['id']}", job).json()
    assert {**again, "updated_at": job["updated_at"]} == job


def test_without_a_word_about_them_policies_are_the_defaults(api, body):
    job = api.post(JOBS, body).json()
    assert (job["overlap"], job["catch_up"], job["misfire_grace_seconds"]) == ("skip", "latest", 21_600)
    assert (job["blackout"], job["queue"], job["priority"]) == ([], None, None)


def test_a_job_runs_from_its_start_to_its_end(api, body):
    start = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    span = {"start_time": start.isoformat(), "expires": (start + timedelta(days=2)).isoformat()}
    job = api.post(JOBS, {**body, **span}).json()
    moments = api.get(f"{JOBS}/{job['id']}/preview").json()["next_runs"]
    assert len(moments) == 2
    endless = api.patch(f"{JOBS}/{job['id']}", {"expires": None}).json()
    assert (endless["expires"], endless["start_time"]) == (None, job["start_time"])
    assert len(api.get(f"{JOBS}/{job['id']}/preview").json()["next_runs"]) == 5


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"overlap": "sometimes"}, "overlap", "not a valid choice"),
        ({"catch_up": "all"}, "catch_up", "choose the overlap “Queue”"),
        ({"misfire_grace_seconds": 10**7}, "misfire_grace_seconds", "less than or equal to 604800"),
        ({"jitter_seconds": -1}, "jitter_seconds", "greater than or equal to 0"),
        ({"kill_after_seconds": 0}, "kill_after_seconds", "greater than or equal to 1"),
        ({"backoff_seconds": "soon"}, "backoff_seconds", "valid number"),
        ({"blackout": ["at night"]}, "blackout", "“at night” is not a window"),
        ({"blackout": [{"from": "x"}]}, "blackout", "valid string"),
        ({"queue": "two words"}, "queue", "is not a queue's name"),
        ({"priority": 10}, "priority", "less than or equal to 9"),
        (
            {"start_time": "2030-01-02T00:00:00Z", "expires": "2030-01-01T00:00:00Z"},
            "expires",
            "later than the start",
        ),
    ],
)
def test_policies_that_make_no_sense_are_refused_at_their_field(api, body, change, field, words):
    response = api.post(JOBS, {**body, **change})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert words in str(response.json())
    assert not ScheduledJob.objects.exists()

"""`manage.py doctor` on a platform of real processes."""

import json

import pytest

from jobs.models import Worker
from tests.acceptance.harness import Platform


@pytest.mark.parametrize("platform", ["postgresql"], indirect=True)
def test_the_doctor_finds_a_running_platform_well_and_says_what_stands_still(platform: Platform) -> None:
    platform.beat()
    platform.worker()
    found = json.loads(platform.manage("doctor", "--json").stdout)
    assert found["ok"]
    assert {each["check"]: each["state"] for each in found["findings"]} == {
        **dict.fromkeys(("settings", "disk", "broker", "database", "clock", "migrations"), "ok"),
        **dict.fromkeys(("beats", "workers", "schedules", "runs"), "ok"),
        "keys": "warn",
    }
    Worker.objects.filter(role="beat").delete()
    done = platform.manage("doctor", ok=False)
    assert done.returncode == 1
    assert "fail  beats       No scheduler is online" in done.stdout
    assert "→ Start one: celery -A config beat" in done.stdout

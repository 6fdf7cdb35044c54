from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from jobs import clock
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=2)


@pytest.mark.parametrize("wrong_by", [HOURS, -HOURS])
def test_a_clock_that_is_wrong_is_set_right_by_the_databases(wrong_by):
    real = timezone.now()
    with time_machine.travel(real + wrong_by, tick=False):
        clock.Clock.synchronise()
        assert abs(clock.now() - real) < timedelta(seconds=5)
        run = make_run(available_at=real)
        run.claim("w1")
        assert abs(run.started_at - real) < timedelta(seconds=5)
        assert run.lease_expires_at < real + timedelta(seconds=70)


def test_a_difference_of_a_blink_is_none():
    clock.Clock.offset = HOURS
    clock.Clock.synchronise()
    assert clock.Clock.offset == timedelta()

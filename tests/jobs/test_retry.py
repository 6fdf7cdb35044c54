import random

import pytest

from jobs.retry import MAX_DELAY, backoff, with_jitter


@pytest.mark.parametrize(
    ("attempt", "base", "seconds"), [(1, 2, 2), (2, 2, 4), (3, 2, 8), (4, 0.5, 4), (1, 0, 0), (60, 2, MAX_DELAY)]
)
def test_back_off_doubles_up_to_an_hour(attempt, base, seconds):
    assert backoff(attempt, base) == seconds


def test_jitter_adds_at_most_a_tenth():
    rng = random.Random(7)
    delays = [with_jitter(10, rng) for _ in range(200)]
    assert 10 <= min(delays) < max(delays) <= 11

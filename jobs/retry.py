"""When to try again. Pure; the jitter is apart so that the rest can be tested by table."""

import random

MAX_DELAY = 3600.0


def backoff(attempt: int, base: float) -> float:
    """Seconds to wait after the attempt of that number (1 is the first): base, 2·base, 4·base … up to an hour."""
    return min(base * 2.0 ** min(attempt - 1, 32), MAX_DELAY)


def with_jitter(seconds: float, rng: random.Random | None = None) -> float:
    """The delay plus up to a tenth, so that what failed together does not come back together."""
    return seconds * (1 + (rng or random).uniform(0, 0.1))

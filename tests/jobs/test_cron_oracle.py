"""The engine against Debian cron's rules, minute by minute, around changes of the clock in twelve zones."""

import time
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from jobs import cron
from tests.faults import reliability
from tests.faults.checker import Verdict
from tests.faults.harness import Result
from tests.jobs.cron_oracle import ZONES, cases, fires, window


def difference(case: tuple[str, str, int, int]) -> str:
    """What the engine fires and the rules do not, and the other way round; "" where they agree."""
    expression, zone, day, start = case
    minutes = window(zone, day)
    after, end = minutes[start].moment, minutes[-1].moment
    expected = fires(expression, minutes[start + 1 :])
    found = list(takewhile(lambda moment: moment <= end, cron.ticks(expression, zone, after)))
    if found == expected:
        return ""
    extra = [f"+{moment:%m-%d %H:%M}" for moment in found if moment not in expected or found.count(moment) > 1][:3]
    missing = [f"-{moment:%m-%d %H:%M}" for moment in expected if moment not in found][:3]
    return f"{expression} in {zone} after {after:%Y-%m-%d %H:%M} UTC: {' '.join(extra + missing) or 'order'}"


def test_the_engine_agrees_with_the_rules_in_a_sample():
    assert [found for case in cases(600, seed=7) if (found := difference(case))] == []


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_the_engine_agrees_with_the_rules_in_twelve_thousand_cases():
    since = time.monotonic()
    differences = [found for case in cases(12_000, seed=11) if (found := difference(case))]
    result = Result(Verdict(lost=len(differences)), [], 0, time.monotonic() - since, [])
    reliability.put("11", f"changes of the clock in {len(ZONES)} zones, two years", "none", "12,000 cases", result)
    assert differences == []


@pytest.mark.parametrize(
    ("expression", "zone", "after", "first"),
    [
        # Fixed times: right after a gap, once in a repeated hour.
        ("30 2 * * *", "Europe/Zurich", "2026-03-29T00:30", "2026-03-29T01:00"),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T15:00", "2026-10-03T15:30"),
        ("30 2 * * *", "Europe/Zurich", "2026-10-25T01:10", "2026-10-26T01:30"),  # looked at inside the repetition
        ("0 0 * * *", "Africa/Cairo", "2026-04-23T21:00", "2026-04-23T22:00"),  # midnight is skipped
        # A clock that falls back within an hour (03:45 to 02:45).
        ("* 2 * * *", "Pacific/Chatham", "2027-04-03T13:14", "2027-04-03T14:00"),
        ("*/15 3 * * *", "Pacific/Chatham", "2027-04-03T13:59", "2027-04-03T14:15"),
        # Times with a star: whenever the clock shows them.
        ("*/30 0 * * *", "Africa/Cairo", "2026-04-23T21:30", "2026-04-24T21:00"),
        ("*/30 2 * * *", "Europe/Zurich", "2026-10-25T00:45", "2026-10-25T01:00"),
    ],
)
def test_known_changes_of_the_clock(expression, zone, after, first):
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = next(cron.ticks(expression, zone, start))
    assert found == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert found - start < timedelta(days=2)

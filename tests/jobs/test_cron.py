import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobs import cron
from jobs.errors import InvalidSchedule

SHARED = Path(__file__).parents[3] / "shared" / "cron-vectors.jsonl"
VECTORS = [json.loads(line) for line in SHARED.read_text().splitlines()] if SHARED.exists() else []
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def moments(expression: str, zone: str, start: datetime, count: int) -> list[str]:
    return [f"{moment:%m-%d %H:%M %z}" for moment in cron.preview(expression, zone, start, count)]


@pytest.mark.parametrize(
    ("expression", "start", "expected"),
    [
        ("0 9 * * *", NOON, "11-23 09:00"),
        ("*/15 * * * *", NOON, "11-22 12:15"),
        ("0 0 1 * 1", NOON, "11-23 00:00"),  # day of month or day of week
        ("0 0 * * 7", NOON, "11-29 00:00"),  # 7 is Sunday
        ("0 12 22 11 *", NOON, "11-22 12:00"),  # not the moment itself, but a year later
        ("0 0 29 2 *", NOON, "02-29 00:00"),
        ("30 6 * * 1-5", NOON, "11-23 06:30"),
        ("0 0 L * *", NOON, "11-30 00:00"),
    ],
)
def test_the_next_moment(expression, start, expected):
    assert moments(expression, "UTC", start, 1) == [f"{expected} +0000"]


def test_a_fixed_time_in_a_gap_runs_right_after_it():
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Zurich"))
    assert moments("30 2 * * *", "Europe/Zurich", start, 2) == ["03-29 03:00 +0200", "03-30 02:30 +0200"]


def test_a_fixed_time_in_a_repeated_hour_runs_once():
    start = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Zurich"))
    assert moments("30 2 * * *", "Europe/Zurich", start, 2) == ["10-25 02:30 +0200", "10-26 02:30 +0100"]


def test_a_stepped_hour_runs_through_a_repeated_hour():
    start = datetime(2026, 10, 25, 1, 40, tzinfo=ZoneInfo("Europe/Zurich"))
    found = cron.preview("*/30 * * * *", "Europe/Zurich", start, 6)
    utc = [moment.astimezone(UTC) for moment in found]
    assert all(b - a == timedelta(minutes=30) for a, b in pairwise(utc))


@pytest.mark.parametrize(
    "expression", ["0 0 30 2 *", "61 * * * *", "* * * *", "", "@daily", "* * * * * *", "a b c d e"]
)
def test_what_never_fires_is_refused_in_words(expression):
    with pytest.raises(InvalidSchedule, match=r"never fire|five fields"):
        cron.check(expression, "UTC", NOON)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "UTC\0"])
def test_an_unknown_time_zone_is_refused_in_words(zone):
    with pytest.raises(InvalidSchedule, match="is not a time zone"):
        cron.check("0 9 * * *", zone, NOON)


def test_words_for_an_expression():
    assert cron.describe("0 9 * * 1-5") == "At 09:00 on Monday through Friday"


def test_the_engine_agrees_with_vectors_that_lie_beside_the_project():
    for vector in VECTORS:
        if "next" not in vector or vector["reverse"] or len(vector["expr"].split()) != cron.FIELDS:
            continue  # the past, seconds and years are not asked of a schedule
        zone = vector["tz"] or "UTC"
        start = datetime.fromisoformat(vector["from"]).replace(tzinfo=ZoneInfo(zone), fold=vector["fold"])
        found = cron.preview(vector["expr"], zone, start, len(vector["next"]))
        # As text: two zones' moments inside a repeated hour never compare as equal (PEP 495).
        shown = [m.isoformat()[: len(e)] for m, e in zip(found, vector["next"], strict=True)]
        assert shown == vector["next"], vector["test"]


def test_the_engine_refuses_what_these_vectors_refuse():
    for vector in VECTORS:
        if vector.get("valid") is False:
            with pytest.raises(InvalidSchedule):
                cron.check(vector["expr"], "UTC", NOON)


def test_the_two_passes_of_a_repeated_hour_are_told_apart():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    found = [next(cron.ticks("*/10 * * * *", "Europe/Berlin", after)) for after in (first, second)]
    assert found == [datetime(2026, 10, 25, hour, 40, tzinfo=UTC) for hour in (0, 1)]

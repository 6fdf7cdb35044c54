from datetime import UTC, datetime

import pytest

from jobs.blackout import DAYS, covering, from_line, windows
from jobs.errors import InvalidSchedule

SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        ("22:00-06:00", ["21 22:00", "21 23:59", "22 00:00", "22 05:59"], ["21 21:59", "22 06:00"]),
        ("sat 22:00-06:00", ["21 22:00", "22 05:59"], ["21 05:59", "22 22:00"]),
        ("sat,sun 00:00-24:00", ["21 00:00", "22 23:59"], ["20 23:59", "23 00:00"]),
        ("fri-mon 08:00-09:00", ["20 08:00", "23 08:59"], ["24 08:30", "20 09:00"]),
        ("22:00-24:00", ["21 23:59"], ["22 00:00"]),
    ],
)
def test_a_window_covers_its_hours_on_its_days(line, inside, outside):
    window = from_line(line)

    def covers(text: str) -> bool:
        return window.covers(datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC))

    assert [text for text in inside if not covers(text)] == []
    assert [text for text in outside if covers(text)] == []


@pytest.mark.parametrize("line", ["22:00-06:00", "sat,sun 00:00-24:00", "mon,tue,wed,thu,fri 08:00-18:00"])
def test_a_window_is_shown_as_it_may_be_written(line):
    assert str(from_line(line)) == line
    assert windows([from_line(line).as_json()]) == [from_line(line)]


def test_no_days_are_all_days():
    assert windows([{"from": "01:00", "to": "02:00"}])[0].days == DAYS
    assert covering(windows([{"days": [], "from": "01:00", "to": "02:00"}]), SATURDAY.replace(hour=1)) is not None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("at night", "are a list"),
        ([["mon"]], "are a list"),
        ([{"days": ["caturday"], "from": "01:00", "to": "02:00"}], "caturday.* is not a list of days"),
        ([{"days": "mon", "from": "01:00", "to": "02:00"}], "is not a list of days"),
        ([{"from": "25:00", "to": "02:00"}], "“25:00” is not a time"),
        ([{"from": "01:00"}], "“None” is not a time"),
        ([{"from": "01:00", "to": "01:00"}], "end at another time"),
        ([{"from": "24:00", "to": "01:00"}], "begin before 24:00"),
        ([{"from": "01:00", "to": "02:00", "zone": "UTC"}], "not zone"),
        ([{"from": "01:00", "to": "02:00"}] * 21, "21 blackout windows are too many"),
    ],
)
def test_what_is_no_window_is_refused_in_words(data, sentence):
    with pytest.raises(InvalidSchedule, match=sentence):
        windows(data)


@pytest.mark.parametrize("line", ["night", "22-06", "someday 22:00-06:00", "mon 22:00"])
def test_a_line_that_is_no_window_is_refused_in_words(line):
    with pytest.raises(InvalidSchedule):
        from_line(line)

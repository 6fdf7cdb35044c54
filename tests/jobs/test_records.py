import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.errors import InvalidReply
from jobs.records import Shape, moment, number, numbers, path_problem, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTING = Shape("$.data[*]", "id", "checked_at")
SERVER = Shape(time="created_at")
ANY = Shape()


def page(body, shape=ANY):
    return read("status page", json.dumps(body).encode(), shape)


def test_records_of_a_hosting_account_are_read():
    sent = {"id": 7, "base_path": "/srv/x", "file_count": "12", "checked_at": "2026-11-22T12:00:00Z"}
    (record,) = page({"success": True, "data": [sent], "meta": {"total": 1}}, HOSTING).records
    assert (record.id, record.at, record.data) == ("7", NOON, sent)


def test_records_of_a_server_are_read_and_get_an_id_of_what_they_say():
    sent = [{"cpu_usage": cpu, "memory_used_mb": "812.5", "created_at": f"2026-11-22T12:0{cpu}:00"} for cpu in (2, 1)]
    first, second = page(sent, SERVER).records
    assert (first.at, second.at) == (NOON + timedelta(minutes=2), NOON + timedelta(minutes=1))
    assert first.id != second.id
    again = [{**record, "memory_used_mb": 812.5} for record in reversed(sent)]
    assert [record.id for record in page(again, SERVER).records] == [second.id, first.id]


@pytest.mark.parametrize("body", [[{"id": 1}], {"data": [{"id": 1}]}, {"items": [{"id": 1}]}, {"rows": [{"id": 1}]}])
def test_a_list_is_found_by_its_usual_names(body):
    assert [record.id for record in page(body).records] == ["1"]


@pytest.mark.parametrize(
    "path", ["$.answer.list[*]", "answer.list[*]", "$.answer.list", "$['answer']['list'][*]", "$..list"]
)
def test_a_list_is_found_where_a_path_says(path):
    assert [record.id for record in page({"answer": {"list": [{"id": 1}]}}, Shape(path)).records] == ["1"]


@pytest.mark.parametrize(("path", "body"), [("$.data[*]", {"data": []}), ("$[*]", []), ("$.data", {"data": []})])
def test_an_empty_list_is_no_error(path, body):
    assert page(body, Shape(path)).records == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>Login</html>", "no JSON. It begins with: <html>"),
        (b"", "begins with: nothing"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a": 1}', "no list of records. There is: a"),
        (b"7", "no list of records. There is: a int"),
        (b'{"success": false, "message": "No such account"}', "failed: No such account"),
        (b"[1, 2]", "Record 1: it is a int"),
        (b'[{"id": 1, "created_at": "yesterday"}]', "yesterday"),
    ],
)
def test_what_is_not_what_was_promised_ends_in_a_sentence(body, words):
    with pytest.raises(InvalidReply) as caught:
        read("status page", body, Shape())
    assert words in str(caught.value)


def test_a_path_that_leads_nowhere_says_what_there_is():
    with pytest.raises(InvalidReply, match=r"nothing at \$\.data\[\*\]\. There is: success, records"):
        page({"success": True, "records": []}, HOSTING)


def test_a_record_that_cannot_be_read_keeps_none_of_the_others():
    found = page([{"id": 1}, 2, {"id": 3, "time": "never"}, {"id": 4, "text": "x" * 70_000}])
    assert [record.id for record in found.records] == ["1"]
    assert len(found.unreadable) == 3


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22 12:00:00",
        "2026-11-22T13:00:00+01:00",
        "20261122T120000Z",
        "Sun, 22 Nov 2026 12:00:00 GMT",
        1795348800,
        "1795348800",
        1795348800.0,
        1795348800000,
        1795348800000000,
        "1795348800000000000",
    ],
)
def test_a_time_is_read_in_each_common_notation(value):
    assert moment(value) == NOON


def test_a_day_is_a_time():
    assert moment("20261122") == moment("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("value", [True, None, [], {}, "soon", 0, 12345, "1e300", "0001-01-01", 1e30])
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match="its time"):
        moment(value)


@pytest.mark.parametrize("name", ["checked_at", "created_at", "timestamp", "ts", "date"])
def test_a_time_is_found_under_other_names_than_the_presets(name):
    (record,) = page({"data": [{"id": 1, name: "2026-11-22T12:00:00Z"}]}, HOSTING).records
    assert record.at == NOON


@pytest.mark.parametrize(
    ("value", "found"),
    [("85.5", 85.5), (" 85 % ", 85), ("-3", -3), (7, 7), ("7,5", None), (True, None), ("", None), ("1e999", None)],
)
def test_numbers_are_read_from_texts_too(value, found):
    assert number(value) == found


def test_numeric_fields_are_named_with_the_objects_that_they_are_in():
    data = {
        "id": 1,
        "user_id": 3,
        "created_at": 5,
        "cpu": "12.5",
        "memory": {"used": 3, "at": 1},
        "name": "x",
        "up": True,
    }
    assert numbers(data) == {"cpu": 12.5, "memory.used": 3}


@pytest.mark.parametrize("path", ["$.data[?@.a == 1]", "$..a..b", "$.[", "$" + ".a" * 200, "$.a[?match(@, '(a+)+$')]"])
def test_paths_that_cannot_be_followed_or_would_take_long_are_refused(path):
    assert path_problem(path)


@given(st.binary())
def test_any_body_is_a_page_or_an_error_in_words(body):
    with contextlib.suppress(InvalidReply):
        assert read("status page", body, Shape()).records is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(st.lists(json_values, max_size=5), st.sampled_from([Shape(), HOSTING, SERVER, Shape("$..data")]))
def test_any_list_is_read_or_refused_and_what_is_read_can_be_kept(items, shape):
    records = []
    with contextlib.suppress(InvalidReply):
        records = page({"data": items}, shape).records
    for record in records:
        kept = json.dumps(record.data, allow_nan=False)
        assert "\\u0000" not in kept
        assert 0 < len(record.id) <= 200
        assert numbers(record.data) is not None


def test_the_next_cursor_is_read():
    assert page({"data": [], "meta": {"next": "abc"}}, Shape(cursor="$.meta.next")).cursor == "abc"
    assert page({"data": [], "meta": {"next": None}}, Shape(cursor="$.meta.next")).cursor == ""

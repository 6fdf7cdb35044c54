"""Whatever bytes come: a table is analysed, and the rest ends in a sentence."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.analysis.analysis import analyse
from jobs.analysis.source import File, Unreadable

CELLS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.text(max_size=8),
    st.sampled_from(["", "n/a", "1.234,5", "31/12/2026", '"', "'", "=1", "true", "1e999", "-0", "２"]),
)
TABLES = st.tuples(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=40),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
).map(lambda t: "\n".join(t[1].join(row) for row in t[0]).encode(t[2], "replace"))
OBJECTS = st.lists(
    st.dictionaries(
        st.text(max_size=5), st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists)
    ),
    min_size=1,
    max_size=30,
).map(lambda rows: "\n".join(json.dumps(row) for row in rows).encode())


@settings(max_examples=150, deadline=None)
@example(b"n\n" + b"1e17\n" * 9)
@given(st.one_of(st.binary(max_size=300), TABLES, OBJECTS))
def test_any_bytes_end_in_an_analysis_or_in_a_sentence(content):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        try:
            found = analyse(File(path, "content.csv"), 1 << 20, lambda percent, words: None)
        except Unreadable as error:
            sentence = str(error)
        else:
            sentence = "."
            assert "\0" not in json.dumps(found.as_json(), allow_nan=False, ensure_ascii=False)
    assert sentence.endswith((".", "?"))

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brands.spreadsheet import MOST_BYTES, Unreadable, as_meant, decoded, harmless, read, written

COLUMNS = ("topic", "question")


def table(text: str) -> list[tuple[int, dict[str, str]]]:
    return [(row.line, row.cells) for row in read(text, COLUMNS, needed="question", most=10)]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "＝1"])
def test_a_cell_that_a_spreadsheet_would_compute_is_written_as_text_and_read_as_it_was(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert as_meant(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["plain", "'tis good", "", "a=b", -3, 1.5, None])
def test_other_cells_and_numbers_are_written_as_they_are(cell: object) -> None:
    assert harmless(cell) == ("" if cell is None else str(cell))


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
def test_any_text_survives_the_way_out_and_in(text: str) -> None:
    out = "".join(written(["question"], [[text]]))
    [_, row] = csv.reader(io.StringIO(out, newline=""))
    assert as_meant(row[0]) == text


def test_a_row_knows_the_line_on_which_it_begins() -> None:
    text = '\ufeffTopic,Question\r\na,"one\ntwo"\r\n\r\n,three\r\n'
    assert table(text) == [
        (2, {"topic": "a", "question": "one\ntwo"}),
        (5, {"topic": "", "question": "three"}),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_first_line_shows_what_separates_cells(separator: str) -> None:
    assert table(f"topic{separator}question\nx{separator}y") == [(2, {"topic": "x", "question": "y"})]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "“question” is missing"),
        ("topic\nx", "“question” is missing. There are: topic, question."),
        ("question,colour\nx,y", "“colour” is none"),
        ("question,question\nx,y", "“question” is there twice"),
        ("question\nx,y", "Line 2 has 2 cells, but there are 1 columns."),
        ('question\n"x', "is not CSV"),
        ("question\n" + "x\n" * 11, "has 11 rows; 10 are the most"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words.replace(".", r"\.")):
        table(text)


def test_a_file_is_read_as_utf8_or_utf16_and_refused_otherwise() -> None:
    assert decoded("\ufefffrançais".encode()) == decoded("français".encode("utf-16")) == "français"
    with pytest.raises(Unreadable, match="Save it as “CSV UTF-8”"):
        decoded("français".encode("latin-1"))
    with pytest.raises(Unreadable, match="Import it in parts"):
        decoded(b"x" * (MOST_BYTES + 1))

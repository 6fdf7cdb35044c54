"""Tables as they come: encodings, separators, numbers and dates of many countries, and lines that are broken."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from jobs.analysis.analysis import Analysis, analyse
from jobs.analysis.source import File, Unreadable
from tests.analysis.workbooks import workbook

MOST = 10 * 1024 * 1024


def analysed(folder: Path, content: bytes, name: str = "orders.csv") -> Analysis:
    path = folder / "content"
    path.write_bytes(content)
    return analyse(File(path, name), MOST, lambda percent, words: None)


def kinds(found: Analysis) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in found.profile}


def titles(found: Analysis) -> str:
    return " | ".join(finding.title for finding in found.findings)


def table(lines: int = 30) -> str:
    rows = [f"{day % 28 + 1:02}.03.2026;{'Zürich' if day % 2 else 'Genf'};1.{day:03},5" for day in range(lines)]
    return "\n".join(["Tag;Ort;Betrag", *rows]) + "\n"


@pytest.mark.parametrize(
    ("encoding", "called"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16-LE"), ("cp1252", "Windows-1252")],
)
def test_text_of_any_usual_encoding_is_read_the_same(tmp_path, encoding, called):
    found = analysed(tmp_path, table().encode(encoding))
    assert kinds(found) == {"Tag": "moment", "Ort": "category", "Betrag": "number"}
    assert {value for value, _ in found.profile[1]["top"]} == {"Zürich", "Genf"}
    assert found.profile[2]["quantiles"][0] == 1000.5
    assert called in titles(found)


def test_a_damaged_character_does_not_spoil_the_others(tmp_path):
    content = (table() + "01.04.2026;Züri").encode() + b"\xc3"
    found = analysed(tmp_path, content.replace(b"Genf", b"Gen\xff", 1) + b";1\n")
    assert ["Zürich", 15] in found.profile[1]["top"]
    assert "2 characters are not UTF-8" in titles(found)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_told_from_the_lines(tmp_path, separator):
    text = "\n".join(
        separator.join(["name", "amount", "note"] if not n else [f"n{n}", str(n), '"a, b; c"']) for n in range(30)
    )
    assert analysed(tmp_path, text.encode()).columns == 3


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["1234.5", "2"], 1234.5),
        (["1,234.5", "2.5"], 1234.5),
        (["1.234,5", "2,25"], 1234.5),
        (["CHF 1'234.50", "CHF 2.50"], 1234.5),
        (["12,5 %", "3,5 %"], 12.5),
        (["€ 12", "€ -3"], 12),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path, cells, first):
    lines = [f'"{cells[0]}";a', *(f'"{cell}";b' for cell in cells * 10)]
    found = analysed(tmp_path, "\n".join(["amount;x", *lines]).encode())
    assert (found.profile[0]["kind"], found.profile[0]["quantiles"][-1]) == ("number", first)


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-17",
        "2026-03-17T08:30:00Z",
        "17.03.2026",
        "17/03/2026",
        "03/17/2026",
        "17 Mar 2026",
        "2026-03",
        "17.03.2026 08:30",
    ],
)
def test_dates_are_read_in_their_usual_forms(tmp_path, day):
    lines = [f'"{day}",{n}' for n in range(20)] + ['"' + day.replace("17", "16").replace("03", "02") + '",1']
    found = analysed(tmp_path, "\n".join(["day,amount", *lines]).encode())
    assert found.profile[0]["kind"] == "moment"
    assert found.profile[0]["to"].startswith("2026-03")


def test_dates_that_could_be_read_both_ways_are_named(tmp_path):
    lines = [f"0{n % 9 + 1}/0{n % 8 + 1}/2026,{n}" for n in range(40)]
    found = analysed(tmp_path, "\n".join(["day,amount", *lines]).encode())
    assert "day and month exchanged" in titles(found)


def test_codes_that_begin_with_zeros_are_no_numbers(tmp_path):
    lines = [f"0{1000 + n % 7},{n}" for n in range(60)]
    assert kinds(analysed(tmp_path, "\n".join(["plz,amount", *lines]).encode()))["plz"] == "category"


def test_broken_lines_are_set_aside_and_named_with_their_numbers(tmp_path):
    lines = [f"{n},{n * 2}" for n in range(50)]
    lines[9], lines[19] = "1,2,3,4", "only"
    found = analysed(tmp_path, "\n".join(["a,b", *lines]).encode())
    assert found.rows == 48
    broken = [f.content for f in found.findings if f.content.get("what") == "broken_lines"]
    assert sorted(each["first_lines"] for each in broken) == [[11], [21]]


def test_a_title_above_and_a_total_below_are_no_data(tmp_path):
    lines = [f"2026-01-{n:02},{n}" for n in range(1, 29)]
    found = analysed(tmp_path, "\n".join(["Orders of January", "", "day,amount", *lines, "Total,406"]).encode())
    assert found.rows == 28
    assert "above the names" in titles(found)
    assert "sums up" in titles(found)


def test_a_quotation_mark_that_is_never_closed_costs_its_line_and_a_half_last_line_is_named(tmp_path):
    lines = [f"{n},{n * 2}" for n in range(3000)]
    lines[5] = '"never closed,1'
    lines[-1] = "2999"
    found = analysed(tmp_path, "\n".join(["a,b", *lines]).encode())
    assert found.rows == 2998
    assert "One line was set aside: it has a quotation mark that is not closed" in titles(found)
    assert "One line was set aside: it has too few cells" in titles(found)


def test_a_table_without_names_of_columns_gets_numbers_for_them(tmp_path):
    found = analysed(tmp_path, "\n".join(f"{n},{n * 3 % 17}" for n in range(30)).encode())
    assert (found.rows, [column["name"] for column in found.profile]) == (30, ["column 1", "column 2"])


def test_json_lines_become_columns_also_from_objects_within_objects(tmp_path):
    lines = [f'{{"id": {n}, "buyer": {{"city": "Bern"}}, "tags": ["a"], "amount": {n}.5}}' for n in range(30)]
    lines[3], lines[4] = '{"id": 4', "[1, 2]"
    found = analysed(tmp_path, "\n".join(lines).encode(), "orders.jsonl")
    assert (str(found.kind), found.rows) == ("jsonl", 28)
    assert set(kinds(found)) == {"id", "buyer.city", "tags", "amount"}
    assert "not JSON" in titles(found)


def test_characters_that_no_database_keeps_are_dropped_from_json(tmp_path):
    lines = [f'{{"place": "a\\u0000b\\ud800", "n": {n}}}' for n in range(30)]
    found = analysed(tmp_path, "\n".join(lines).encode())
    assert not any(sign in str(found.as_json()) for sign in ("\0", "\\x00", "\ud800"))


def test_a_workbook_is_read_with_its_dates_and_the_other_sheets_are_named(tmp_path):
    found = analysed(tmp_path, workbook(), "orders.xlsx")
    assert kinds(found) == {"day": "moment", "place": "category", "amount": "number"}
    assert "Only the sheet “Orders” was read; there are also: Notes" in titles(found)


def test_gzip_is_unpacked_and_what_is_packed_twice_is_refused(tmp_path):
    assert analysed(tmp_path, gzip.compress(table().encode()), "orders.csv.gz").rows == 30
    with pytest.raises(Unreadable, match="packed twice"):
        analysed(tmp_path, gzip.compress(gzip.compress(b"a,b\n1,2\n")))


def test_formulas_are_never_computed_and_named(tmp_path):
    found = analysed(tmp_path, workbook(formula="1+1"), "orders.xlsx")
    assert "hold formulas. None was computed" in titles(found)
    cells = "\n".join(["a,b", *(f'"=HYPERLINK(""http://x"")",{n}' for n in range(20))])
    assert "begin as formulas do" in titles(analysed(tmp_path, cells.encode()))


def test_a_wrong_ending_is_named_and_the_content_counts(tmp_path):
    found = analysed(tmp_path, table().encode(), "orders.xlsx")
    assert (str(found.kind), found.rows) == ("csv", 30)
    assert "ends in .xlsx, but the content is CSV" in titles(found)


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return packed.getvalue()


def lying(size: int) -> bytes:
    """An archive that says of a large part that it is small."""
    content = bomb(size)
    return content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "empty": (b"", "is empty"),
    "white space": (b" \n\n\t\n", "nothing but white space"),
    "only a header": (b"day,amount\n", "no rows below"),
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "is a PNG image"),
    "a PDF": (b"%PDF-1.7 ...", "is a PDF"),
    "a program": (b"\x7fELF" + bytes(range(256)), "is a program"),
    "random bytes": (bytes(range(256)) * 40, "neither text nor XLSX"),
    "HTML": (b"<!doctype html><html><script>alert(1)</script>", "HTML or XML"),
    "one JSON document": (b'[{"a": 1}, {"a": 2}]', "one JSON document"),
    "a zip archive": (bomb(1).replace(b"xl/workbook.xml", b"xx/workbook.txt"), "ZIP archive and no XLSX"),
    "half a workbook": (workbook()[: len(workbook()) // 2], "cut off or damaged"),
    "a damaged workbook": (workbook().replace(b"PK\x03\x04", b"PK\x03\x05", 2)[1:], "ZIP|XLSX|neither|cut off"),
    "half a gzip": (gzip.compress(table(2000).encode())[:-200], "cut off or damaged"),
    "a zip bomb": (bomb(50 * 1024 * 1024), "ZIP bomb"),
    "a lying zip bomb": (lying(50 * 1024 * 1024), "cut off or damaged"),
    "a gzip bomb": (gzip.compress(b"a,b\n" * 5_000_000), "Unpacked, the file has more than"),
    "an XML bomb": (workbook(before=ENTITIES), "XML entities"),
    "lines that fit no columns": (b"a,b\n" + b"x\n" * 50 + b"1,2\n" * 3, "50 of 53 lines do not fit the columns"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_ends_in_its_sentence(tmp_path, what):
    content, sentence = HOSTILE[what]
    with pytest.raises(Unreadable, match=sentence):
        analysed(tmp_path, content)

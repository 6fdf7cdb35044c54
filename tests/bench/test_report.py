"""The page of benchmarks is written by code, from the kept results."""

from pathlib import Path

import pytest

from bench.__main__ import command, parser
from bench.report import PAGE, Circumstances, Report
from bench.section import Table, percentile

HERE = Circumstances("2026-11-22 10:00", "make bench", "A machine, 2 cores", "Python 3.11")


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A folder of benchmarks with one section, `waiting`, and nothing measured yet."""
    text = '"""Time to wait.\n\nOn an idle machine.\n"""\n\n\ndef measure(bench):\n    yield\n'
    (tmp_path / "waiting.py").write_text(text)
    (tmp_path / "beside.py").write_text("def other(): ...\n")
    return Report(tmp_path)


def test_the_page_of_benchmarks_is_what_the_kept_results_say():
    assert PAGE.read_text() == Report().page()


def test_a_section_is_one_file_with_a_function_measure(report):
    assert report.sections() == ["waiting"]


def test_a_table_replaces_the_one_of_its_title_and_leaves_the_others(report):
    for seconds in (1.0, 2.0):
        report.keep("waiting", Table("PostgreSQL", ("jobs", "seconds"), [(10, seconds)]), HERE)
    report.keep("waiting", Table("SQLite", ("jobs", "seconds"), [(12_345, 0.01234)], note="Alone."), HERE)
    assert [table["title"] for table in report.results("waiting")] == ["PostgreSQL", "SQLite"]
    page = report.page()
    assert "## Time to wait\n\nOn an idle machine.\n" in page
    assert "| jobs | seconds |\n| --- | ---: |\n| 10 | 2 |\n" in page
    assert "| 12,345 | 0.0123 |\n\nAlone.\n" in page
    assert "*Measured 2026-11-22 10:00 UTC by `make bench`.*" in page


def test_figures_of_two_machines_say_which(report):
    report.keep("waiting", Table("One", ("jobs",), [(1,)]), HERE)
    other = Circumstances(HERE.when, HERE.command, "Another machine", HERE.versions)
    report.keep("waiting", Table("Two", ("jobs",), [(1,)]), other)
    assert "Machine 1: A machine, 2 cores. Python 3.11." in report.page()
    assert "by `make bench`, machine 2.*" in report.page()


def test_the_command_that_is_noted_asks_for_the_same_again():
    assert command(parser().parse_args([])) == "make bench"
    options = parser().parse_args(["--databases", "sqlite", "--sizes", "10,20"])
    assert command(options) == "make bench DATABASES=sqlite SIZES=10,20"


def test_an_unknown_database_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["--databases", "mysql"])
    assert "There is no mysql. There are: postgresql, sqlite." in capsys.readouterr().err


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.51, 3), (0.99, 4), (1.0, 4)])
def test_a_percentile_is_one_of_the_values(share, value):
    assert percentile([4, 2, 1, 3], share) == value

"""The house's rules about code, measured."""

import ast
import re
import statistics
import subprocess
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [
    path
    for folder in ("config", "jobs", "brands")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
SOURCE = [*PRODUCT, *sorted((ROOT / "bench").rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
BROAD_EXCEPTS = {"jobs/execution.py": 1}  # the engine's one: a job type may raise anything


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_no_file_is_longer_than_400_lines_and_most_are_short():
    lengths = {name(path): len(path.read_text().splitlines()) for path in SOURCE}
    assert [path for path, lines in lengths.items() if lines > 400] == []
    assert [name(path) for path in TESTS if len(path.read_text().splitlines()) > 400] == []
    assert statistics.median(lengths.values()) <= 80


def test_functions_are_short():
    lengths = sorted(length(function) for path in SOURCE for function in functions(path))
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 40
    assert lengths[-1] <= 50


def test_only_the_engine_catches_everything_and_once():
    found: dict[str, int] = {}
    for path in SOURCE:
        handlers = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler)]
        broad = [h for h in handlers if h.type is None or getattr(h.type, "id", "") in ("Exception", "BaseException")]
        if broad:
            found[name(path)] = len(broad)
    assert found == BROAD_EXCEPTS


def test_a_runs_status_is_written_in_one_file():
    pattern = re.compile(r"run\.status\s*=[^=]|JobRun\.objects[^\n]*update\([^)]*\bstatus=")
    assert [name(path) for path in SOURCE if pattern.search(path.read_text())] == []


def test_production_code_knows_neither_the_tests_nor_the_benchmarks():
    pattern = re.compile(r"^\s*(from|import) (tests|bench)\b", re.MULTILINE)
    assert [name(path) for path in PRODUCT if pattern.search(path.read_text())] == []


def test_the_engine_goes_by_the_databases_clock():
    """Forms and pages may go by their own; what starts, claims, renews and forgets may not."""
    own = re.compile(r"timezone\.now\b|datetime\.now\(")
    faces = ("jobs/admin/", "jobs/api/", "jobs/management/", "jobs/models/idempotency.py")
    clocks = ("jobs/clock.py", "jobs/cron.py", "jobs/http.py")
    engine = [path for path in SOURCE if name(path).startswith("jobs/")]
    assert [name(p) for p in engine if not name(p).startswith((*faces, *clocks)) and own.search(p.read_text())] == []


def test_nothing_is_left_for_later():
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|mark\.(skip|xfail)|pytest\.skip\(")
    here = Path(__file__)
    assert [name(path) for path in chain(SOURCE, TESTS) if path != here and pattern.search(path.read_text())] == []


def test_every_test_is_named_as_a_sentence():
    short = [
        f"{name(path)}: {function.name}"
        for path in TESTS
        for function in functions(path)
        if function.name.startswith("test_") and function.name.count("_") < 3
    ]
    assert short == []


@pytest.mark.parametrize("app", ["jobs", "brands"])
def test_no_selector_stands_twice_in_a_stylesheet(app):
    """Two parts of the pages with one name overwrite each other's looks. Those within @media are meant to."""
    css = (ROOT / app / "static" / app / "admin.css").read_text()
    selectors = Counter(re.findall(r"^(\.[^{]+?) \{", css, re.MULTILINE))
    assert len(selectors) > 50
    assert [selector for selector, times in selectors.items() if times > 1] == []


@pytest.mark.parametrize("word", ["utils.py", "helpers.py", "misc.py", "common.py"])
def test_no_file_has_a_name_that_says_nothing(word):
    assert [name(path) for path in SOURCE if path.name == word] == []


def test_no_file_names_a_folder_of_a_developers_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pattern = re.compile(r"/home/\w+|/Users/\w+|/root/")
    here = name(Path(__file__))
    kinds = (".py", ".md", ".toml", ".yaml", ".txt", ".sh")
    texts = [path for path in tracked if path.endswith(kinds) and path != here]
    assert [path for path in texts if (ROOT / path).exists() and pattern.search((ROOT / path).read_text())] == []

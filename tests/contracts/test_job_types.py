"""What every job type keeps, also one that somebody adds later: it is found by its registration."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import processes
from config.env import BASE_DIR
from jobs.admin.options_form import PREFIX, option_fields, problems
from jobs.errors import InvalidOptions
from jobs.execution import execute
from jobs.job_type import JobType, OptionsModel, job_types, parse_options
from jobs.models import Limit
from jobs.status import DONE, RunStatus
from tests.acceptance.harness import run
from tests.environment import clean_environment
from tests.jobs.factories import make_job, make_run

DOCS = BASE_DIR / "docs" / "writing-a-job-type.md"
Kind = type[JobType]


def documented() -> tuple[str, Kind]:
    """The file of the example in the docs, and its job type, which is registered in the tests of this file only."""
    code = re.search(r"```python\n(# tidy/job_types\.py\n.*?)```", DOCS.read_text(), re.DOTALL)
    assert code
    module = ModuleType("tidy.job_types")
    exec(compile(code[1], str(DOCS), "exec"), vars(module))
    cls = module.CountOldFiles
    with job_types.temporarily(cls.name, cls):
        pass
    return code[1], cls


CODE, EXAMPLE = documented()
EVERY = [pytest.param(cls, id=cls.name) for cls in (*(cls for _, cls in job_types.items()), EXAMPLE)]


@pytest.fixture(autouse=True)
def _example() -> Iterator[None]:
    with job_types.temporarily(EXAMPLE.name, EXAMPLE):
        yield


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


def valid_options(cls: Kind) -> dict[str, Any]:
    """The least that its options take: what has no default is made up from the JSON schema."""
    schema = cls.Options.model_json_schema(by_alias=True)
    return {name: _made_up(schema["properties"][name]) for name in schema.get("required", [])}


def _made_up(part: dict[str, Any]) -> Any:
    if "enum" in part:
        return part["enum"][0]
    if part.get("type") == "array":
        return [_made_up(part.get("items", {}))] * max(1, part.get("minItems", 1))
    made: dict[str, Any] = {"integer": part.get("minimum", 1), "number": 1.0, "boolean": True, "object": {}}
    return made.get(part.get("type", ""), (part.get("format") == "uuid" and str(uuid4())) or "x")


def test_the_job_types_of_the_project_are_registered() -> None:
    assert {"data_collection", "scoring", "data_collection_and_scoring", "script"} <= set(job_types)


@pytest.mark.parametrize("cls", EVERY)
def test_it_has_a_name_for_programs_and_one_for_people(cls: Kind) -> None:
    assert job_types.get(cls.name) is cls
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,99}", cls.name)
    assert cls.label
    assert cls.seconds_to_land >= 0


@pytest.mark.parametrize("cls", EVERY)
def test_its_options_are_a_model_that_refuses_what_it_does_not_know(cls: Kind) -> None:
    assert issubclass(cls.Options, OptionsModel)
    with pytest.raises(InvalidOptions) as caught:
        parse_options(cls.name, {**valid_options(cls), "no_such_option": 1})
    assert "There is no such option." in caught.value.problems["no_such_option"]


@pytest.mark.parametrize("cls", EVERY)
def test_its_options_come_back_from_the_database_as_they_went(cls: Kind) -> None:
    options = parse_options(cls.name, valid_options(cls))
    kept = json.loads(json.dumps(options.model_dump(mode="json", by_alias=True, exclude_unset=True), allow_nan=False))
    assert parse_options(cls.name, kept) == options


@pytest.mark.parametrize("cls", EVERY)
@pytest.mark.django_db
def test_each_option_has_a_field_in_the_form_with_its_purpose(cls: Kind) -> None:
    fields = option_fields(cls, valid_options(cls))
    assert set(fields) == {PREFIX + name for name in cls.Options.model_fields}
    for name, field in fields.items():
        assert isinstance(field, forms.Field)
        assert field.label
        assert field.help_text, name


@pytest.mark.parametrize("cls", EVERY)
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_given_as_an_option_ends_in_sentences(cls: Kind, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(cls.Options.model_fields)) if cls.Options.model_fields else st.just("none")
    given_ = data.draw(st.dictionaries(names, JSON, max_size=3))
    for field, sentence in problems(cls.name, {**valid_options(cls), **given_}, uuid4()).items():
        assert field == "" or field.startswith(PREFIX)
        assert sentence.endswith((".", "?", "!", ")"))


@pytest.mark.parametrize("cls", EVERY)
@pytest.mark.django_db
def test_what_it_says_before_a_run_is_sentences_and_known_keys(cls: Kind) -> None:
    options = parse_options(cls.name, valid_options(cls))
    for sentence in (*cls().check(None, options), *cls().refusals(uuid4(), options).values()):
        assert sentence.endswith(".")
    for key in cls().keys(options):
        kind = key.partition(":")[0]
        assert kind in cls.key_kinds
        Limit(kind=kind, value="x", at_once=1).clean()
    estimate = cls().estimate(None, options)
    assert estimate is None or estimate.calls >= 0


@pytest.mark.parametrize("cls", EVERY)
@pytest.mark.django_db
def test_a_run_about_nothing_ends_with_a_reason_or_with_metrics(cls: Kind) -> None:
    """Without a subject, and with options that were made up, it has no work or cannot do it, and says so."""
    made = make_run(job_type=cls.name, options=valid_options(cls), max_attempts=1)
    execute(made.pk, worker="w1")
    made.refresh_from_db()
    assert made.status in DONE
    assert made.reason or made.metrics
    assert "Traceback" not in made.reason
    json.dumps(made.metrics, allow_nan=False)


@pytest.mark.django_db
def test_the_example_of_the_docs_runs_as_the_docs_say(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("")
    folders = [str(tmp_path), str(tmp_path / "away")]
    job = make_job(job_type="count_old_files", options={"folders": folders, "olderThanDays": 0})
    job.full_clean(exclude={"task", "args", "kwargs", "headers"})
    done = make_run(job_type=job.job_type, options=job.options, max_attempts=1)
    execute(done.pk, worker="w1")
    done.refresh_from_db()
    assert (done.status, done.metrics["old_files"], done.done) == (RunStatus.PARTIAL, 1, 2)
    assert "There is no such folder." in done.reason
    assert [line.text for line in done.log.all()] == [f"{tmp_path}: 1"]
    gone = make_run(job_type=job.job_type, options={"folders": [str(tmp_path / "away")]}, max_attempts=1)
    execute(gone.pk, worker="w1")
    gone.refresh_from_db()
    assert (gone.status, gone.reason) == (RunStatus.FAILED, "None of the folders is there.")


def test_the_example_is_found_in_an_app_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "tidy").mkdir()
    (tmp_path / "tidy" / "__init__.py").write_text("")
    (tmp_path / "tidy" / "job_types.py").write_text(CODE)
    (tmp_path / "outside.py").write_text("from config.settings import *\nINSTALLED_APPS += ['tidy']\n")
    environment = clean_environment(tmp_path, PYTHONPATH=tmp_path, DJANGO_SETTINGS_MODULE="outside")
    look = "from jobs.job_type import job_types; result = job_types.get('count_old_files').__module__"
    argv = processes.python("manage.py", "shell", "--no-imports", "-c", f"{look}; print(result)")
    assert run(argv, environment).stdout.split() == ["tidy.job_types"]

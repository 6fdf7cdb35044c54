import os
import re
from pathlib import Path

import pytest

from config.env import BASE_DIR, Env

EXAMPLE = (BASE_DIR / ".env.example").read_text()
TABLES = (BASE_DIR / "docs" / "settings.md").read_text()


def as_written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, Path):
        return os.path.relpath(value, BASE_DIR)
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("name", Env.model_fields)
def test_a_variable_is_in_the_example_with_its_default_and_its_purpose(name: str) -> None:
    field = Env.model_fields[name]
    assert f"# {field.description}\n#{name.upper()}={as_written(field.default)}\n" in EXAMPLE


@pytest.mark.parametrize("name", Env.model_fields)
def test_a_variable_is_in_the_documentation_with_its_default_and_its_purpose(name: str) -> None:
    field = Env.model_fields[name]
    default = as_written(field.default)
    row = f"| `{name.upper()}` | {f'`{default}`' if default else '(empty)'} | {field.description} |\n"
    assert row in TABLES


def test_no_variable_is_documented_that_is_not_read() -> None:
    known = {name.upper() for name in Env.model_fields}
    assert set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == known
    assert set(re.findall(r"^\| `([A-Z_]+)`", TABLES, re.MULTILINE)) == known


def test_the_example_holds_no_secret() -> None:
    assert re.findall(r"^#[A-Z_]*(?:KEY|PASSWORD|SECRET|TOKEN)=.+", EXAMPLE, re.MULTILINE) == []

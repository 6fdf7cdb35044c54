"""The rules that all commands of manage.py keep."""

import pytest
from django.core.management import get_commands, load_command_class

from config.env import BASE_DIR

OURS = sorted(name for name, app in get_commands().items() if app in ("config", "jobs", "brands"))
DOCS = "".join(path.read_text() for path in sorted((BASE_DIR / "docs").glob("*.md")))


@pytest.mark.parametrize("name", OURS)
def test_a_command_can_answer_in_json_and_says_what_it_does(name):
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert "--json" in parser.format_help()
    assert parser.description


@pytest.mark.parametrize("name", OURS)
def test_a_command_is_in_the_docs(name):
    assert f"manage.py {name}" in DOCS or f"`{name}" in DOCS

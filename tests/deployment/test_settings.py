"""What Django's settings become of the environment."""

import json
from pathlib import Path

import pytest

from config import processes
from tests.acceptance.harness import run
from tests.environment import clean_environment

SHOWN = """
import json
from django.conf import settings
database = settings.DATABASES["default"]
print(json.dumps([database["OPTIONS"]["prepare_threshold"], database["DISABLE_SERVER_SIDE_CURSORS"]]))
"""
POSTGRESQL = "postgres://brandbeat:a-password@10.1.2.3/brandbeat"
CHECK = processes.python("manage.py", "check")


@pytest.mark.parametrize(("pooled", "settings"), [("false", [0, False]), ("true", [None, True])])
def test_behind_a_pooler_nothing_is_kept_on_the_server(tmp_path: Path, pooled: str, settings: list[object]) -> None:
    environment = clean_environment(tmp_path, DATABASE_URL=POSTGRESQL, DATABASE_POOLED=pooled)
    assert json.loads(run(processes.python("-c", SHOWN), environment).stdout) == settings


MISTAKES = [
    *(("SITE_ADDRESS", address) for address in ("brandbeat.example.com", "https://", "javascript://x", "http://[::1")),
    *(("DATABASE_URL", f"{begin}an0ther/secret@host/name") for begin in ("postgres://ada:", "mysql://ada:", "ada:")),
    ("DATABASE_POOLED", "perhaps"),
    ("SCHEDULER_BATCH", "0"),
]


@pytest.mark.parametrize(("variable", "value"), MISTAKES)
def test_a_mistake_in_the_environment_is_told_in_one_line(tmp_path: Path, variable: str, value: str) -> None:
    environment = clean_environment(tmp_path, **{variable: value})
    refused = run(CHECK, environment, ok=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The environment is not usable. {variable}: ")
    assert refused.stderr.count("\n") == 1
    assert "Value error" not in refused.stderr
    assert "an0ther" not in refused.stderr


COMMANDS = [["manage.py", "run_job", "Daily"], ["-m", "config.platform", "up"], ["-m", "config.demo"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_tells_of_it_in_one_line(tmp_path: Path, command: list[str]) -> None:
    environment = clean_environment(tmp_path, SITE_ADDRESS="brandbeat.example.com")
    refused = run(processes.python(*command), environment, ok=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The environment is not usable. SITE_ADDRESS: ")
    assert refused.stderr.count("\n") == 1


def test_where_it_was_noticed_is_shown_when_it_is_asked_for(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, SCHEDULER_BATCH="0")
    assert "Traceback" in run([*CHECK, "--traceback"], environment, ok=False).stderr

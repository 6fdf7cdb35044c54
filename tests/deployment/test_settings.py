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


@pytest.mark.parametrize("address", ["brandbeat.example.com", "https://", "javascript://x", "http://[::1"])
def test_an_address_that_no_link_can_begin_with_is_refused(tmp_path: Path, address: str) -> None:
    refused = run(CHECK, clean_environment(tmp_path, SITE_ADDRESS=address), ok=False)
    assert refused.returncode == 1
    assert "SITE_ADDRESS: " in refused.stderr

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

from config.env import BASE_DIR

SNAPSHOT = BASE_DIR / "docs" / "openapi.json"


@pytest.fixture
def document(tmp_path: Path) -> str:
    GENERATOR_STATS.reset()
    call_command("openapi", str(tmp_path / "openapi.json"))
    return (tmp_path / "openapi.json").read_text()


def test_the_committed_document_is_that_of_the_code(document):
    assert SNAPSHOT.read_text() == document, "Write it anew: manage.py openapi docs/openapi.json"


def test_the_document_is_made_without_a_warning(document):
    assert not GENERATOR_STATS


def test_addresses_are_shown_without_a_slash_at_the_end(document):
    assert [path for path in json.loads(document)["paths"] if path.endswith("/")] == []


@pytest.mark.django_db
def test_the_document_and_its_page_are_served_without_anything_from_elsewhere(client):
    assert client.get("/api/schema").status_code == 200
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert "<script>" not in page.content.decode()

"""Fixtures of tests against real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.acceptance.harness import Databases, Platform, orm_on


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Platform]:
    """Redis and a migrated database; start worker, beat and web with its methods."""
    url = databases.new(request.param)
    with django_db_blocker.unblock(), orm_on(url), Platform(tmp_path, url) as running:
        yield running

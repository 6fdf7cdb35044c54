"""Fixtures of tests against real processes."""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests import postgresql
from tests.acceptance.harness import Databases, Platform, orm_on


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with contextlib.ExitStack() as stack:
        cluster = functools.cache(lambda: stack.enter_context(postgresql.cluster()))
        yield Databases(tmp_path_factory.mktemp("databases"), cluster)


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Platform]:
    """Redis and a migrated database; start worker, beat and web with its methods."""
    url = databases.new(request.param)
    with django_db_blocker.unblock(), orm_on(url), Platform(tmp_path, url) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the processes' logs beside the failure of a test that has a platform."""
    report = yield
    running = getattr(item, "funcargs", {}).get("platform")
    if report.failed and isinstance(running, Platform):
        report.sections.append(("logs of the platform", running.logs()))
    return report

"""For all tests. Settings come from `tests/settings.py`: a folder of their own, no keys, no address on the internet."""

import contextlib
import functools
import http.client
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.backends.signals import connection_created
from django.test import Client
from pytest_httpserver import HTTPServer

import config.urls  # noqa: F401  (has the admin find its pages, which tests go through)
from jobs.clock import Clock, synchronise
from tests import postgresql
from tests.acceptance.harness import Databases, Platform


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    """A test that moves time moves it for the database too, and leaves no difference behind."""
    connection_created.disconnect(dispatch_uid="jobs.clock")
    yield
    connection_created.connect(synchronise, dispatch_uid="jobs.clock")
    Clock.offset = timedelta()


@pytest.fixture
def httpserver(httpserver: HTTPServer) -> Iterator[HTTPServer]:
    """The server all tests share, which a test gives back only when it has done with every request.

    A client that gives up leaves its request behind, and the next test would find it among its own. The server
    takes one connection at a time, in order, so that once it has answered a last one, nothing is before it.
    """
    yield httpserver
    httpserver.clear()
    with contextlib.closing(http.client.HTTPConnection(httpserver.host, httpserver.port, timeout=30)) as last:
        last.request("GET", "/")
        last.getresponse().read()


@pytest.fixture
def staff_client(db: None) -> Client:
    """A browser in which a member of staff without further permissions is logged in."""
    client = Client()
    client.force_login(
        User.objects.create_user("staff", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Fresh databases for tests against real processes."""
    with contextlib.ExitStack() as stack:
        cluster = functools.cache(lambda: stack.enter_context(postgresql.cluster()))
        yield Databases(tmp_path_factory.mktemp("databases"), cluster)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the processes' logs beside the failure of a test that has a platform."""
    report = yield
    running = next((value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Platform)), None)
    if report.failed and running:
        report.sections.append(("logs of the platform", running.logs()))
    return report

"""For all tests. Settings come from `tests/settings.py`: a folder of their own, no keys, no address on the internet."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.clock import Clock


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    """A test that moves time leaves no difference to the database's clock behind."""
    yield
    Clock.offset = timedelta()


@pytest.fixture
def staff_client(db: None) -> Client:
    """A browser in which a member of staff without further permissions is logged in."""
    client = Client()
    client.force_login(
        User.objects.create_user("staff", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client

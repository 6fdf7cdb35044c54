"""For all tests. Settings come from `tests/settings.py`: a folder of their own, no keys, no address on the internet."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def staff_client(db: None) -> Client:
    """A browser in which a member of staff without further permissions is logged in."""
    client = Client()
    client.force_login(
        User.objects.create_user("staff", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client

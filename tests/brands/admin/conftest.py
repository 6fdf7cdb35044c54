import pytest
from django.contrib.auth.models import User
from django.test import Client

from brands.models import Brand
from tests.brands.answers import make_brand


@pytest.fixture
def admin(db: None) -> Client:
    """A browser in which a superuser is logged in."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand()

import pytest
from rest_framework.test import APIClient

from brands.models import Brand
from jobs.access import Role
from tests.brands.factories import make_brand
from tests.tenants import client_of, make_user


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand()


@pytest.fixture
def api(brand: Brand) -> APIClient:
    """A program of the customer's administrator."""
    return client_of(make_user("ada", brand.customer, Role.ADMINISTRATOR))

from typing import Any

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
    """A program of the brand's operator."""
    return client_of(make_user("olga", brand.customer, Role.OPERATOR))


@pytest.fixture
def body(brand: Brand) -> dict[str, Any]:
    """What makes a scheduled job."""
    return {
        "brand_id": str(brand.pk),
        "customer_id": str(brand.customer_id),
        "job_type": "data_collection_and_scoring",
        "cron_expression": "0 9 * * *",
        "timezone": "UTC",
        "is_active": True,
        "metadata": {
            "collectors": ["chatgpt", "google_aio", "perplexity"],
            "parallel": False,
            "positionLimit": 50,
            "sentimentLimit": 50,
        },
    }

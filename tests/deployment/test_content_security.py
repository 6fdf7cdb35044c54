"""What browsers are told to load and run."""

import pytest
from django.test import Client

POLICY = (
    "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data:; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"
)


def policy(client: Client, address: str) -> list[str]:
    return sorted(client.get(address).headers["Content-Security-Policy"].split("; "))


@pytest.mark.django_db
def test_nothing_comes_from_elsewhere_and_no_script_is_inside_a_page(client: Client, staff_client: Client) -> None:
    for address in ("/admin/login/", "/api/docs", "/api/admin/brands", "/healthz", "/admin/nothing/"):
        assert policy(client, address) == POLICY.split("; ")
    assert policy(staff_client, "/admin/") == POLICY.split("; ")


@pytest.mark.django_db
def test_only_flowers_pages_may_have_a_script_inside(staff_client: Client) -> None:
    assert "script-src 'self' 'unsafe-inline'" in policy(staff_client, "/flower/")

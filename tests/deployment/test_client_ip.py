import pytest
from django.test import RequestFactory
from pytest_django import Settings

from config.client_ip import client_ip

PEER = "10.0.0.9"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, None, PEER),
        (0, "203.0.113.7", PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "203.0.113.7", PEER),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "not an address", PEER),
        (1, "", PEER),
        (1, None, PEER),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    settings: Settings, proxies: int, header: str | None, address: str
) -> None:
    settings.PROXIES = proxies
    headers = {} if header is None else {"HTTP_X_FORWARDED_FOR": header}
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=PEER, **headers)) == address

import pytest
from rest_framework.test import APIClient

JOBS = "/api/admin/scheduled-jobs"


def send(api: APIClient, raw: bytes, content_type: str = "application/json"):
    return api.generic("POST", JOBS, raw, content_type)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"name": "a\\u0000b"}', "NUL"),
        (b'{"name": "\\ud800"}', "surrogate"),
        (b'{"metadata": {"a\\u0000": [1]}}', "NUL"),
        (b'{"metadata": {"x": 1e999}}', "too large"),
        (b'{"metadata": NaN}', "NaN"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff", "not UTF-8"),
        (b'{"name": ', "not JSON"),
        (b'{"every": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused_in_a_sentence(api, raw, words):
    response = send(api, raw)
    assert response.status_code == 400
    assert words in response.json()["detail"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert send(api, b'{"name": "' + b"x" * 1000 + b'"}').status_code == 413


def test_forms_are_not_taken(api):
    assert send(api, b"name=x", "application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null"])
def test_a_body_that_is_no_object_is_refused(api, raw):
    assert send(api, raw).status_code == 400


@pytest.mark.parametrize("path", ["/api/nothing", "/api/admin/nothing/", "/api/admin/brands/x/y/z"])
def test_an_address_without_anything_says_so_in_json(api, path):
    assert api.get(path).json() == {"detail": "There is nothing at this address."}

"""Naughty strings and control characters in every text field of the API: kept as they are, or refused with 400."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from brands.models import Brand
from config.env import BASE_DIR
from tests.tenants import client_of, make_user

pytestmark = pytest.mark.django_db
SCHEMAS = json.loads((BASE_DIR / "docs" / "openapi.json").read_text())["components"]["schemas"]
NAUGHTY = [
    *(chr(code) for code in range(0x20)),
    *("\x7f", "\x85", "\u2028", "\u202e abc", "\u200b", "\ufeff", "\ufffe", "\U000e0001", "\u0000", "\ud800"),
    *(
        "'; DROP TABLE jobs_jobrun; --",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "%s%n%x",
        "$(id)",
        "`id`",
        "../../etc",
    ),
    *("=1+1", "@SUM(1)", "-1", "NULL", "null", "undefined", "true", "0x10", "1e999", "NaN", "١٢٣", "Ω≈ç√", "田中さん"),
    *("e\u0301", "\u00e9", "👩‍👩‍👧", "﷽", "Z̴͇̈a̵̛͍l̸̗͝g̶̢̽o", "\\", '"', "\r\nSet-Cookie: a=b", "\x1b[31mred", "x" * 5_000, ""),
]
FIELDS: dict[str, tuple[str, str, tuple[str, ...]]] = {  # route: its request in the document, and its text fields
    "customers": ("CustomerRequest", "", ("name", "sentiment_judge")),
    "brands": ("BrandRequest", "customer_id", ("name", "aliases", "products", "domains", "description")),
    "competitors": ("CompetitorRequest", "brand_id", ("name", "aliases", "products", "domains")),
    "topics": ("TopicRequest", "brand_id", ("name",)),
    "queries": ("QueryRequest", "brand_id", ("text", "country", "locale", "expected")),
    "scheduled-jobs": ("ScheduledJobRequest", "brand_id", ("name", "job_type", "cron_expression", "timezone")),
}
REST: dict[str, dict[str, Any]] = {
    "brands": {"name": "x"},
    "competitors": {"name": "x"},
    "queries": {"text": "x"},
    "scheduled-jobs": {"job_type": "scoring", "cron_expression": "0 9 * * *"},
}


def is_text(schema: dict[str, Any]) -> bool:
    inner = schema.get("items", schema)
    return inner.get("type") == "string" and not {"format", "enum"} & inner.keys()


@pytest.mark.parametrize("route", FIELDS)
def test_every_text_field_of_a_request_is_tested_below(route):
    name, _, fields = FIELDS[route]
    texts = {key for key, schema in SCHEMAS[name]["properties"].items() if is_text(schema)}
    assert texts - {"queue", "blackout"} <= set(fields)


@pytest.mark.parametrize(
    ("route", "field"), [(route, field) for route, (_, _, fields) in FIELDS.items() for field in fields]
)
def test_a_naughty_text_is_kept_as_it_is_or_refused(route, field, brand: Brand):
    root: APIClient = client_of(make_user("root", is_superuser=True))
    name, owner, _ = FIELDS[route]
    is_list = SCHEMAS[name]["properties"][field].get("type") == "array"
    ids = {"customer_id": str(brand.customer_id), "brand_id": str(brand.pk)}
    for text in NAUGHTY:
        body = {**REST.get(route, {}), **({owner: ids[owner]} if owner else {}), field: [text] if is_list else text}
        response = root.generic("POST", f"/api/admin/{route}", json.dumps(body), "application/json")
        assert response.status_code in (201, 400), (text, response.content)
        if response.status_code == 201:
            kept = response.json()[field][0] if is_list else response.json()[field]
            assert kept == text.strip() or (field in ("domains", "name") and text.strip() in ("", kept)), repr(text)
            assert root.delete(f"/api/admin/{route}/{response.json()['id']}").status_code == 204


@pytest.mark.parametrize("text", NAUGHTY)
def test_a_naughty_filter_finds_nothing_or_is_refused(text, brand: Brand):
    root = client_of(make_user("root", is_superuser=True))
    for route, name in (("brands", "name"), ("job-runs", "job_type"), ("answers", "collector"), ("brands", "cursor")):
        assert root.get(f"/api/admin/{route}", {name: text.encode("utf-8", "surrogatepass")}).status_code in (200, 400)

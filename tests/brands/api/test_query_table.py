import pytest

from brands.models import Query, Topic
from tests.brands.factories import make_brand, make_query

QUERIES = "/api/admin/queries"


def test_a_table_is_looked_at_first_and_saved_when_that_is_asked_for(api, brand):
    make_query(brand, "Known?")
    body = {"brand_id": str(brand.pk), "csv": "question,topic\nNew?,Price\nKnown?,\n,Price\n"}
    looked = api.post(f"{QUERIES}/import", body).json()
    assert (looked["saved"], Query.objects.count()) == (False, 1)
    assert looked["counts"] == {"created": 1, "changed": 0, "unchanged": 1, "refused": 1}
    assert looked["lines"][2] == {
        "line": 4,
        "question": "",
        "outcome": "refused",
        "reason": "It has no question.",
    }
    saved = api.post(f"{QUERIES}/import", {**body, "dry_run": False}).json()
    assert saved == {**looked, "saved": True}
    assert Query.objects.get(text="New?").topic == Topic.objects.get(name="Price")


@pytest.mark.parametrize("text", ["", "colour\nred", 'question\n"x'])
def test_what_is_no_table_is_refused_with_its_field(api, brand, text):
    response = api.post(f"{QUERIES}/import", {"brand_id": str(brand.pk), "csv": text})
    assert (response.status_code, list(response.json())) == (400, ["csv"])


def test_the_export_is_a_table_that_takes_the_lists_filters(api, brand):
    make_query(brand, "=cmd()?")
    make_query(brand, "Is Aurora good?")
    response = api.get(f"{QUERIES}/export?is_branded=false")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.getvalue().decode()
    assert "'=cmd()?" in text
    assert "Is Aurora good?" not in text
    assert api.get(f"{QUERIES}/export?colour=red").status_code == 400


def test_suggestions_are_made_for_review(api, brand):
    body = {"brand_id": str(brand.pk), "topics": ["machines"], "country": "CH", "locale": "en"}
    response = api.post(f"{QUERIES}/suggest", body)
    assert response.status_code == 201
    assert all(row["is_suggested"] and not row["is_active"] for row in response.json()["created"])
    assert {row["is_branded"] for row in response.json()["created"]} == {True, False}
    assert api.post(f"{QUERIES}/suggest", body).json() == {"created": []}
    listed = api.get(QUERIES, {"is_suggested": "true"}).json()["results"]
    activated = api.patch(f"{QUERIES}/{listed[0]['id']}", {"is_active": True}).json()
    assert (activated["is_active"], activated["is_suggested"]) == (True, False)


def test_what_is_wrong_with_suggestions_is_said_in_a_sentence(api, brand):
    make_brand("Zephyr", rivals=())
    for body, field in (
        ({}, "topics"),
        ({"topics": ["x"], "source": "model"}, "source"),
        ({"topics": ["x"], "country": "ch"}, "country"),
    ):
        response = api.post(f"{QUERIES}/suggest", {"brand_id": str(brand.pk), **body})
        assert (response.status_code, list(response.json())) == (400, [field])

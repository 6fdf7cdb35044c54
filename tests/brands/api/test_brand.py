import threading

import pytest
from django.db import IntegrityError, connection

from brands.models import Brand
from jobs.models import JobRun
from jobs.status import RunStatus, Trigger
from tests.brands.factories import make_job, make_query, make_run

BRANDS = "/api/admin/brands"
NAUGHTY = [
    "\u202eevil",  # right to left
    "ﷺ",
    "🤷🏽\u200d♀️",
    "Ω≈ç√",
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "a\tb\nc",
    "\x07",
    "%00",
    "é" * 200,
]


def test_a_brand_is_made_read_changed_and_deleted(api, brand):
    fields = {"name": "Zephyr", "aliases": ["Zeph"], "products": ["Z1"], "domains": ["https://zephyr.example/shop"]}
    made = api.post(BRANDS, {**fields, "customer_id": str(brand.customer_id)})
    assert made.status_code == 201
    found = made.json()
    assert (found["name"], found["aliases"], found["domains"]) == ("Zephyr", ["Zeph"], ["zephyr.example"])
    address = f"{BRANDS}/{found['id']}"
    assert api.put(address, {"description": "Coffee."}).json() == {**found, "description": "Coffee."}
    assert api.get(address).json()["description"] == "Coffee."
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"name": "aurora"}, "name", "This customer has a brand of this name already."),
        ({"name": "x", "domains": ["not a domain"]}, "domains", "is not a domain"),
        ({"name": "x", "aliases": [""]}, "aliases", "may not be blank"),
        ({"name": "x", "aliases": "Zeph"}, "aliases", "Expected a list"),
        ({"name": " "}, "name", "may not be blank"),
        ({"name": "x" * 201}, "name", "no more than 200 characters"),
        ({}, "name", "required"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_in_a_sentence(api, brand, body, field, words):
    response = api.post(BRANDS, {"customer_id": str(brand.customer_id), **body})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert words in str(response.json())


def test_a_brand_stays_with_its_customer(api, brand):
    other = type(brand.customer).objects.create(name="Tea Inc")
    response = api.patch(f"{BRANDS}/{brand.pk}", {"customer_id": str(other.pk)})
    assert (response.status_code, list(response.json())) == (400, ["customer_id"])
    assert api.patch(f"{BRANDS}/{brand.pk}", {"customer_id": str(brand.customer_id)}).status_code == 200


@pytest.mark.parametrize("text", NAUGHTY)
def test_a_naughty_text_is_kept_as_it_is(api, brand, text):
    response = api.patch(f"{BRANDS}/{brand.pk}", {"name": text, "description": text, "aliases": [text]})
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["aliases"]) == (text.strip(), [text.strip()])
    assert Brand.objects.get(pk=brand.pk).description == text.strip()


@pytest.mark.parametrize(
    ("action", "job_type"),
    [
        ("collect-data-now", "data_collection"),
        ("score-now", "scoring"),
        ("collect-and-score-now", "data_collection_and_scoring"),
    ],
)
def test_a_quick_action_makes_a_run_and_returns_it(api, brand, action, job_type):
    response = api.post(f"{BRANDS}/{brand.pk}/{action}")
    run = response.json()
    assert (response.status_code, run["job_type"], run["status"], run["trigger"]) == (
        201,
        job_type,
        "pending",
        "manual",
    )
    assert (run["brand_id"], run["customer_id"]) == (str(brand.pk), str(brand.customer_id))
    assert (run["scheduled_job_id"], run["triggered_by"]) == (None, "ada")
    assert api.get(f"/api/admin/job-runs/{run['id']}").json()["job_name"] == run["job_name"]
    again = api.post(f"{BRANDS}/{brand.pk}/{action}")
    assert (again.status_code, again.json()["id"]) == (200, run["id"])
    assert again.json()["message"] == "No second run was made: this one is pending."


def test_a_quick_action_takes_options_and_refuses_wrong_ones(api, brand):
    address = f"{BRANDS}/{brand.pk}/collect-data-now"
    refused = api.post(address, {"metadata": {"samples": 0}})
    assert (refused.status_code, list(refused.json()["metadata"])) == (400, ["samples"])
    assert api.post(address, {"metadata": {"samples": 2}}).json()["metadata"] == {"samples": 2}


def test_a_scheduled_run_of_the_same_kind_counts_as_open(api, brand):
    run = make_run(brand, scheduled_job=make_job(brand))
    response = api.post(f"{BRANDS}/{brand.pk}/collect-data-now")
    assert (response.status_code, response.json()["id"]) == (200, str(run.pk))
    assert api.post(f"{BRANDS}/{brand.pk}/score-now").status_code == 201


def test_the_database_itself_allows_one_open_run_without_a_job(brand):
    make_run(brand)
    with pytest.raises(IntegrityError):
        JobRun.objects.create(job_type="data_collection", subject=brand, trigger=Trigger.MANUAL)


@pytest.mark.django_db(transaction=True)
def test_twenty_quick_actions_at_once_make_one_run_and_twenty_helpful_answers(api, brand):
    answers = []

    def send() -> None:
        try:
            answers.append(api.post(f"{BRANDS}/{brand.pk}/score-now"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == JobRun.objects.count() == 1
    assert all(answer.json()["message"] for answer in answers)


@pytest.mark.parametrize("path", ["brands", "competitors", "queries"])
def test_lists_take_the_same_number_of_queries_however_long_they_are(api, brand, path, django_assert_num_queries):
    for number in range(4):
        brand.competitors.create(name=f"rival {number}")
        make_query(brand, f"query {number}")
        type(brand).objects.create(name=f"brand {number}", customer=brand.customer)
    with django_assert_num_queries(2):  # the role, the rows
        assert len(api.get(f"/api/admin/{path}").json()["results"]) >= 4
    assert not JobRun.objects.filter(status=RunStatus.PENDING).exists()

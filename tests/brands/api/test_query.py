import pytest

from brands.models import Query, Topic
from tests.brands.factories import make_brand, make_query

QUERIES = "/api/admin/queries"


def test_a_query_is_made_and_knows_whether_it_names_the_brand(api, brand):
    made = api.post(QUERIES, {"brand_id": str(brand.pk), "text": "Is Aurora good?", "country": "CH"})
    assert made.status_code == 201
    assert (made.json()["is_branded"], made.json()["country"], made.json()["topic_id"]) == (True, "CH", None)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"text": "Which?"}, "text", "This brand has this query already"),
        ({"text": "x", "country": "Switzerland"}, "country", "no more than 2 characters"),
        ({"text": "x", "country": "ch"}, "country", "two capital letters"),
        ({"text": "x", "locale": "german"}, "locale", "de-CH"),
        ({"text": ""}, "text", "may not be blank"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_in_a_sentence(api, brand, body, field, words):
    make_query(brand, "Which?")
    response = api.post(QUERIES, {"brand_id": str(brand.pk), **body})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert words in str(response.json())


def test_a_topic_of_another_brand_is_refused(api, brand):
    other = make_brand("Zephyr", rivals=())
    topic = Topic.objects.create(brand=other, name="Prices")
    response = api.post(QUERIES, {"brand_id": str(brand.pk), "text": "x", "topic_id": str(topic.pk)})
    assert response.json() == {"topic_id": ["This topic belongs to another brand."]}


def test_many_queries_are_made_at_once_and_those_that_are_there_are_left(api, brand, django_assert_max_num_queries):
    make_query(brand, "Which?")
    body = {
        "brand_id": str(brand.pk),
        "queries": [
            {"text": "Which?"},
            {"text": "Is Aurora good?", "topic": "Quality"},
            {"text": "Is Aurora good?"},
            *({"text": f"Number {n}?", "topic": "Quality", "locale": "de"} for n in range(50)),
        ],
    }
    with django_assert_max_num_queries(16):
        response = api.post(f"{QUERIES}/bulk", body)
    assert response.status_code == 201
    assert (len(response.json()["created"]), response.json()["already_there"]) == (51, 2)
    assert Query.objects.count() == 52
    assert Query.objects.filter(topic__name="Quality", topic__brand=brand).count() == 51
    assert Query.objects.get(text="Is Aurora good?").is_branded


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x", "country": "Mars"}, {"txt": "x"}, "x"])
def test_one_wrong_query_among_many_makes_none(api, brand, wrong):
    response = api.post(f"{QUERIES}/bulk", {"brand_id": str(brand.pk), "queries": [{"text": "Good?"}, wrong]})
    assert (response.status_code, list(response.json())) == (400, ["queries"])
    assert not Query.objects.exists()


def test_queries_are_narrowed_down_by_each_filter(api, brand):
    make_query(brand, "Is Aurora good?", is_active=False)
    make_query(brand, "Which?")

    def found(**filters: str) -> list[str]:
        return [row["text"] for row in api.get(QUERIES, filters).json()["results"]]

    assert found(is_active="true") == found(is_branded="false") == ["Which?"]
    assert len(found(brand_id=str(brand.pk), customer_id=str(brand.customer_id))) == 2
    assert api.get(QUERIES, {"is_active": "perhaps"}).status_code == 400

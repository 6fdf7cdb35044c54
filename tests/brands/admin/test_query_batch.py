import pytest
from django.test import Client
from django.urls import reverse

from brands.admin.query_batch import sort_lines
from brands.models import Brand, Query, Topic
from tests.brands.answers import make_query

MANY = reverse("admin:brands_query_many")
LINES = "Known?\r\n\r\n  New   one? \nNew one?\nIs Skylark good?\n" + "x" * 1001


def test_each_line_goes_into_one_group() -> None:
    batch = sort_lines(LINES.splitlines(), {"Known?"})
    assert batch.new == ["New one?", "Is Skylark good?"]
    assert batch.known == ["Known?"]
    assert batch.repeated == ["New one?"]
    assert batch.too_long == ["x" * 1001]


def test_the_first_step_shows_what_would_become_of_each_line_and_saves_nothing(admin: Client, brand: Brand) -> None:
    make_query(brand, "Known?")
    page = admin.post(MANY, {"brand": brand.pk, "questions": LINES}).content.decode()
    for sentence in (
        "New: will be added",
        "Already there",
        "Twice in the list",
        "Too long: more than 1000",
        "Add 2 queries",
    ):
        assert sentence in page
    assert Query.objects.count() == 1


def test_the_second_step_saves_the_new_ones_with_topic_country_and_locale(admin: Client, brand: Brand) -> None:
    data = {"brand": brand.pk, "questions": LINES, "topic": "Strings", "country": "CH", "locale": "de-CH"}
    make_query(brand, "Known?", country="CH", locale="de-CH")
    response = admin.post(MANY, {**data, "save": "1"}, follow=True)
    assert "2 queries added to Skylark." in response.content.decode()
    topic = Topic.objects.get(brand=brand, name="Strings")
    added = Query.objects.filter(topic=topic, country="CH", locale="de-CH")
    assert {query.text: query.is_branded for query in added} == {"New one?": False, "Is Skylark good?": True}


def test_the_same_question_in_another_country_is_new(admin: Client, brand: Brand) -> None:
    make_query(brand, "Known?", country="CH")
    page = admin.post(MANY, {"brand": brand.pk, "questions": "Known?", "country": "DE"}).content.decode()
    assert "Add 1 query" in page


def test_saving_the_same_list_twice_adds_nothing(admin: Client, brand: Brand) -> None:
    for _ in range(2):
        admin.post(MANY, {"brand": brand.pk, "questions": "One?\nTwo?", "save": "1"})
    assert Query.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("questions", "", "Write at least one question."),
        ("questions", "a?\n" * 1001, "Add at most 1000 lines at once; these are 1001."),
        ("country", "ch", "Write the two capital letters of the country, for example CH."),
        ("locale", "German", "Write a language and, if you like, a country: de or de-CH."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    admin: Client, brand: Brand, field: str, value: str, sentence: str
) -> None:
    page = admin.post(MANY, {"brand": brand.pk, "questions": "One?", field: value, "save": "1"}).content.decode()
    assert sentence in page
    assert not Query.objects.exists()


def test_without_a_brand_the_page_leads_to_adding_one(admin: Client) -> None:
    page = admin.get(MANY).content.decode()
    assert "No brand to ask about" in page
    assert reverse("admin:brands_brand_add") in page

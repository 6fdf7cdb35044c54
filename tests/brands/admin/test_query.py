from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from brands.models import Brand, Query, Topic
from tests.brands.answers import make_answer, make_brand, make_query

LIST = reverse("admin:brands_query_changelist")
ADD = reverse("admin:brands_query_add")
MANY = reverse("admin:brands_query_many")


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def test_an_empty_list_leads_to_adding_many(admin: Client) -> None:
    page = admin.get(LIST).content.decode()
    assert "No queries yet" in page
    assert MANY in page


def test_a_list_that_a_search_emptied_does_not_say_that_there_are_none(admin: Client, brand: Brand) -> None:
    make_query(brand)
    page = admin.get(LIST, {"q": "nothing like it"}).content.decode()
    assert "No queries yet" not in page
    assert "Reset filters" in page


def test_the_list_tells_branded_from_unbranded_and_counts_answers(admin: Client, brand: Brand) -> None:
    make_query(brand, "Is Skylark good?")
    query = make_query(brand, "Which kite flies best?", country="CH", locale="de-CH")
    make_answer(query)
    page = admin.get(LIST).content.decode()
    assert ">branded" in "".join(page.split())
    assert ">unbranded" in "".join(page.split())
    assert "CH de-CH" in page
    assert f"query__id__exact={query.pk}" in page


def test_the_filters_narrow_the_list(admin: Client, brand: Brand) -> None:
    make_query(brand, "Is Skylark good?", country="CH")
    make_query(brand, "Which kite flies best?", is_active=False)

    def shown(**filters: object) -> list[str]:
        return [query.text for query in admin.get(LIST, filters).context["cl"].result_list]

    assert shown(is_branded="1") == shown(country="CH") == shown(is_active="1") == ["Is Skylark good?"]
    assert shown(is_branded="0") == shown(is_active="0") == ["Which kite flies best?"]
    assert shown(brand__id__exact=make_brand("Other").pk) == []


def test_many_queries_are_deactivated_and_activated_at_once(admin: Client, brand: Brand) -> None:
    queries = [make_query(brand, f"Question {number}?") for number in range(3)]
    chosen = {"_selected_action": [query.pk for query in queries[:2]]}
    response = admin.post(LIST, {"action": "deactivate", **chosen})
    assert "2 queries will no longer be asked." in said(response)
    assert Query.objects.filter(is_active=True).get() == queries[2]
    response = admin.post(LIST, {"action": "activate", "_selected_action": [query.pk for query in queries]})
    assert "2 queries will be asked from the next run on." in said(response)
    assert Query.objects.filter(is_active=True).count() == 3


def test_somebody_who_may_only_look_is_offered_no_action(staff_client: Client, brand: Brand) -> None:
    assert staff_client.get(LIST).status_code == 403
    assert staff_client.get(MANY).status_code == 403


def test_a_query_that_is_there_already_is_refused_in_a_sentence(admin: Client, brand: Brand) -> None:
    make_query(brand, "Which kite?")
    page = admin.post(ADD, {"brand": brand.pk, "text": "Which kite?", "is_active": "on"}).content.decode()
    assert "This brand already asks this question in this country and locale." in page


def test_country_and_locale_are_refused_in_sentences(admin: Client, brand: Brand) -> None:
    page = admin.post(ADD, {"brand": brand.pk, "text": "?", "country": "ch", "locale": "German"}).content.decode()
    assert "Write the two capital letters of the country, for example CH." in page
    assert "Write a language and, if you like, a country: de or de-CH." in page


def test_a_topic_of_another_brand_is_refused(admin: Client, brand: Brand) -> None:
    topic = Topic.objects.create(brand=make_brand("Other"), name="Strings")
    page = admin.post(ADD, {"brand": brand.pk, "topic": topic.pk, "text": "Which kite?"}).content.decode()
    assert "“Strings” is a topic of Other, not of Skylark." in page


def test_the_list_makes_no_query_a_row(
    admin: Client, brand: Brand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        make_answer(make_query(brand, f"Question {number}?", topic=Topic.objects.create(brand=brand, name=str(number))))
    with django_assert_max_num_queries(15):
        admin.get(LIST)


def test_before_a_query_is_deleted_its_answers_are_counted(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    make_answer(query)
    page = admin.get(reverse("admin:brands_query_delete", args=[query.pk])).content.decode()
    assert "Answers with their scores: 1" in page

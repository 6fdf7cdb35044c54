from django.test import Client
from django.urls import reverse

from brands.models import Brand, Topic
from tests.brands.answers import make_query


def test_an_empty_list_says_what_a_topic_is(admin: Client) -> None:
    assert "No topics yet" in admin.get(reverse("admin:brands_topic_changelist")).content.decode()


def test_the_list_counts_a_topics_queries(admin: Client, brand: Brand) -> None:
    topic = Topic.objects.create(brand=brand, name="Kites for children")
    make_query(brand, topic=topic)
    page = admin.get(reverse("admin:brands_topic_changelist")).content.decode()
    assert f"topic__id__exact={topic.pk}" in page


def test_a_second_topic_of_one_name_is_refused_in_a_sentence(admin: Client, brand: Brand) -> None:
    Topic.objects.create(brand=brand, name="Children")
    response = admin.post(reverse("admin:brands_topic_add"), {"brand": brand.pk, "name": "Children"})
    assert "This brand already has a topic of this name." in response.content.decode()

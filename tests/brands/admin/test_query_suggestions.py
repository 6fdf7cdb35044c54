from django.test import Client
from django.urls import reverse

from brands.models import Brand, Query, Topic
from tests.brands.answers import make_query

LIST = reverse("admin:brands_query_changelist")
SUGGEST = reverse("admin:brands_query_suggest")


def test_suggestions_are_listed_for_review_and_not_asked(admin: Client, brand: Brand) -> None:
    data = {"brand": brand.pk, "topics": "kites\nstrings", "source": "templates", "locale": "de-CH"}
    page = admin.post(SUGGEST, data, follow=True)
    assert "queries suggested for Skylark. Activate those that are to be asked." in page.content.decode()
    assert page.redirect_chain[-1][0].endswith("is_suggested=1")
    assert ">suggested" in "".join(page.content.decode().split())
    assert Query.objects.filter(is_active=True).count() == 0
    assert Query.objects.filter(is_suggested=True, locale="de-CH").count() > 20


def test_the_brands_own_topics_are_taken_where_none_is_written(admin: Client, brand: Brand) -> None:
    page = admin.post(SUGGEST, {"brand": brand.pk, "source": "templates"}).content.decode()
    assert "Skylark has no topic yet. Write at least one." in page
    Topic.objects.create(brand=brand, name="Strings")
    admin.post(SUGGEST, {"brand": brand.pk, "source": "templates"})
    assert set(Query.objects.values_list("topic__name", flat=True)) == {"Strings"}


def test_activating_accepts_a_suggestion_and_deactivating_dismisses_it(admin: Client, brand: Brand) -> None:
    queries = [make_query(brand, f"{n}?", is_active=False, is_suggested=True) for n in range(2)]
    admin.post(LIST, {"action": "activate", "_selected_action": [queries[0].pk]})
    admin.post(LIST, {"action": "deactivate", "_selected_action": [queries[1].pk]})
    for query, is_active in zip(queries, (True, False), strict=True):
        query.refresh_from_db()
        assert (query.is_active, query.is_suggested) == (is_active, False)


def test_a_model_that_is_not_configured_says_what_to_set(admin: Client, brand: Brand) -> None:
    data = {"brand": brand.pk, "topics": "kites", "source": "model"}
    page = admin.post(SUGGEST, data).content.decode()
    assert "Set OPENAI_COMPATIBLE_BASE_URL to ask local" in page
    assert not Query.objects.exists()

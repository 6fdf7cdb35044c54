import pytest
from django.contrib.auth.models import User
from django.test import Client

from brands.models import Brand, Membership
from tests.brands.answers import make_answer, make_query, mention

pytestmark = pytest.mark.django_db


def two_answers_one_mention(brand: Brand) -> None:
    query = make_query(brand)
    for count in (2, 0):
        answer = make_answer(query, collector="perplexity", sample=count + 1)
        mention(answer, count)


def test_the_start_page_shows_how_visible_a_brand_is_with_its_denominator(admin: Client, brand: Brand) -> None:
    two_answers_one_mention(brand)
    page = admin.get("/admin/").content.decode()
    assert "Visibility in the last 30 days" in page
    assert "50 %" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "1 of 2 answers" in page
    assert f"/admin/brands/brand/{brand.pk}/change/" in page


def test_a_brand_without_answers_is_not_on_the_start_page(admin: Client, brand: Brand) -> None:
    assert "Visibility in the last" not in admin.get("/admin/").content.decode()


def test_who_may_not_see_brands_sees_none_on_the_start_page(brand: Brand, client: Client) -> None:
    two_answers_one_mention(brand)
    user = User.objects.create_user("eve", is_staff=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Visibility in the last" not in client.get("/admin/").content.decode()
    Membership.objects.create(user=user, customer=brand.customer, role="customer_user")
    assert "Visibility in the last" in client.get("/admin/").content.decode()

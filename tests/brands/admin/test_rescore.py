"""A changed name leads to a rescore, and its page decides on it."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from brands.models import Brand, Rescore
from brands.rescoring import rescore
from jobs.models import JobRun
from tests.brands.answers import make_answer, make_brand, make_query
from tests.brands.test_totals import score_all


@pytest.fixture
def brand(db: None) -> Brand:
    brand = make_brand()
    score_all([make_answer(make_query(brand), "Kestrel is great.")])
    return brand


def address(brand: Brand, page: str = "rescore") -> str:
    return reverse(f"admin:brands_brand_{page}", args=[brand.pk])


def test_a_brand_with_new_names_has_a_banner_that_leads_to_a_rescore(admin: Client, brand: Brand) -> None:
    page = reverse("admin:brands_brand_change", args=[brand.pk])
    assert "with scores of other names" not in admin.get(page).content.decode()
    brand.aliases = ["Kestrel"]
    brand.save()
    body = admin.get(page).content.decode()
    assert "1 answer counts with scores of other names or of an earlier scorer." in body
    assert f'href="{address(brand)}"' in body


def test_the_button_starts_a_run(admin: Client, brand: Brand) -> None:
    assert admin.post(address(brand), {"do": "start"}).status_code == 302
    assert JobRun.objects.get(subject=brand, job_type="rescoring").triggered_by.username == "root"
    assert "under way already" in admin.post(address(brand), {"do": "start"}, follow=True).content.decode()


def test_the_page_shows_what_changes_before_it_counts(admin: Client, brand: Brand) -> None:
    brand.aliases = ["Kestrel"]
    brand.save()
    made = rescore(brand, "root")
    body = admin.get(address(brand)).content.decode()
    for words in ("1 × mention gained", "Kestrel is great.", "It is found as “Kestrel”."):
        assert words in body
    assert "New scores wait" in admin.get(reverse("admin:brands_brand_change", args=[brand.pk])).content.decode()
    answer = admin.post(address(brand), {"do": "apply", "rescore": made.pk}, follow=True).content.decode()
    assert "The new scores count from now on." in answer
    assert Rescore.objects.get().decided_by.username == "root"
    again = admin.post(address(brand), {"do": "discard", "rescore": made.pk}, follow=True).content.decode()
    assert "decided on already" in again


def test_who_may_only_look_gets_no_button_and_may_not_decide(brand: Brand) -> None:
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(address(brand))
    if response.status_code == 200:
        assert 'value="start"' not in response.content.decode()
    assert client.post(address(brand), {"do": "start"}).status_code in (403, 404)
    assert not JobRun.objects.filter(job_type="rescoring").exists()


def test_an_ambiguous_name_is_told_when_it_is_saved_with_the_rule_that_helps(admin: Client, brand: Brand) -> None:
    make_answer(brand.queries.get(), "It is clearly visible, Visible says. A visible gap.")
    form = {"customer": brand.customer.pk, "name": "Visible"}
    form |= {f"{name}-{field}": "0" for name in ("competitors", "topics") for field in ("TOTAL_FORMS", "INITIAL_FORMS")}
    body = admin.post(reverse("admin:brands_brand_change", args=[brand.pk]), form, follow=True).content.decode()
    assert "“Visible” is ambiguous. It is an ordinary word." in body
    assert "In 1 stored answers it stands 3 times, an estimated 67%" in body
    page = admin.get(address(brand, "ambiguous_names")).content.decode()
    assert "Visible: case-sensitive" in page
    admin.post(address(brand, "ambiguous_names"), {"name": f"{brand.pk}:Visible"})
    brand.refresh_from_db()
    assert brand.rules == [{"name": "Visible", "case_sensitive": True}]
    assert "Every name is either clear or has a rule." in admin.get(address(brand, "ambiguous_names")).content.decode()


def test_rules_are_written_one_a_line_in_the_form(admin: Client, brand: Brand) -> None:
    form = {"customer": brand.customer.pk, "name": "Skylark", "rules": "Skylark: exact, with: kite | string\n"}
    form |= {f"{name}-{field}": "0" for name in ("competitors", "topics") for field in ("TOTAL_FORMS", "INITIAL_FORMS")}
    page = reverse("admin:brands_brand_change", args=[brand.pk])
    assert admin.post(page, form).status_code == 302
    brand.refresh_from_db()
    assert brand.rules == [{"name": "Skylark", "exact": True, "required": ["kite", "string"]}]
    assert "Skylark: exact, with: kite | string" in admin.get(page).content.decode()
    refused = admin.post(page, form | {"rules": "Skylark is exact"}).content.decode()
    assert "“Skylark is exact” is not a rule." in refused


def test_a_page_of_a_brand_that_is_not_there_is_not_found(admin: Client, brand: Brand) -> None:
    other = make_brand("Other")
    other_page = address(other)
    other.delete()
    assert admin.get(other_page).status_code == 404

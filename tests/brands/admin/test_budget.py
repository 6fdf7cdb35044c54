from decimal import Decimal

from django.test import Client
from django.urls import reverse

from brands.models import Brand, Budget
from tests.brands.answers import make_query
from tests.brands.factories import make_call

LIST = reverse("admin:brands_budget_changelist")
ADD = reverse("admin:brands_budget_add")


def test_an_empty_list_says_what_a_budget_is(admin: Client) -> None:
    assert "A budget limits what a customer" in admin.get(LIST).content.decode()


def test_the_list_shows_what_is_used_of_each_limit_as_a_bar(admin: Client, brand: Brand) -> None:
    Budget.objects.create(customer=brand.customer, limit_calls=4, limit_usd=Decimal(1))
    for _ in range(4):
        make_call(make_query(brand, f"{_}?"), cost_usd=Decimal("0.21"))
    page = admin.get(LIST).content.decode()
    assert "4 of 4 calls and $0.84 of $1.00 this month" in page
    assert 'class="bb-use-spent" width="100.0"' in page
    assert 'class="bb-use-warned" width="84.0"' in page
    assert 'aria-label="84% of the dollars"' in page


def test_a_budget_is_made_in_the_form_and_refused_in_sentences(admin: Client, brand: Brand) -> None:
    data = {"customer": brand.customer.pk, "collector": "chatgpt", "period": "day", "is_active": "on"}
    page = admin.post(ADD, data).content.decode()
    assert "Set a limit in dollars, in calls, or both." in page
    assert admin.post(ADD, {**data, "limit_calls": "5"}).status_code == 302
    assert Budget.objects.get().collector == "chatgpt"
    page = admin.post(ADD, {**data, "limit_calls": "6"}).content.decode()
    assert "There is a budget for the same, for the same period. Change that one." in page
    assert "constraint" not in page.lower()


def test_a_budget_that_goes_to_its_end_is_on_the_start_page(admin: Client, brand: Brand) -> None:
    Budget.objects.create(customer=brand.customer, limit_calls=1)
    assert "of the budget of" not in admin.get("/admin/").content.decode()
    make_call(make_query(brand))
    assert "100% of the budget of Kite makers, a month is spent" in admin.get("/admin/").content.decode()

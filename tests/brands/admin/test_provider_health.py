from django.test import Client
from django.urls import reverse

from brands.models import Brand, CallStatus, Query
from tests.brands.answers import make_query
from tests.brands.factories import make_call

PAGE = reverse("admin:brands_call_health")


def test_the_page_shows_rates_latency_cost_and_leads_to_the_calls(admin: Client, brand: Brand) -> None:
    make_call(make_query(brand))
    make_call(make_query(brand, "?"), CallStatus.FAILED)
    response = admin.get(PAGE)
    page = " ".join(response.content.decode().split())
    assert "chatgpt through openai" in page
    assert "50 %<small>1 call</small>" in page
    assert "$0.01<small>billed or estimated</small>" in page
    [panel] = response.context["panels"]
    assert admin.get(panel.calls).context["cl"].result_count == 2


def test_a_period_without_calls_says_so_and_another_can_be_chosen(admin: Client) -> None:
    page = admin.get(PAGE, {"period": "30"}).content.decode()
    assert "No calls in these 30 days" in page
    assert admin.get(PAGE, {"period": "1000"}).context["period"] == "7 days"


def test_whoever_may_not_see_calls_does_not_see_health_nor_the_way_to_it(
    admin: Client, staff_client: Client, brand: Brand
) -> None:
    assert staff_client.get(PAGE).status_code == 403
    assert PAGE not in staff_client.get("/admin/").content.decode()
    assert PAGE in admin.get("/admin/").content.decode()


def test_a_query_is_marked_as_a_canary_in_its_form(admin: Client, brand: Brand) -> None:
    data = {"brand": brand.pk, "text": "What is the capital?", "is_active": "on", "expected": "Bern\nBerne"}
    assert admin.post(reverse("admin:brands_query_add"), data).status_code == 302
    assert Query.objects.get().expected == ["Bern", "Berne"]

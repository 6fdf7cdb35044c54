from decimal import Decimal

from django.test import Client
from django.urls import reverse

from brands.models import Brand, Call, CallStatus
from tests.brands.answers import make_brand, make_query
from tests.brands.factories import make_call, make_run

LIST = reverse("admin:brands_call_changelist")
HEALTH = reverse("admin:brands_call_health")
EXPORT = reverse("admin:brands_call_export_table")


def test_ambiguous_calls_come_first_and_can_be_asked_again(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    ambiguous = make_call(query, CallStatus.AMBIGUOUS)
    newer = make_call(make_query(brand, "Newer?"))
    assert [call.pk for call in admin.get(LIST).context["cl"].result_list] == [ambiguous.pk, newer.pk]
    page = admin.post(LIST, {"action": "ask_again", "_selected_action": [ambiguous.pk]}, follow=True).content.decode()
    assert "1 question may be asked again." in page


def test_the_sums_are_those_of_the_list_with_its_filters(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    make_call(query, cost_usd=Decimal("0.40"))
    make_call(query, cost_usd=Decimal("0.20"), cost_source="estimated", provider="serpapi", collector="google_aio")
    make_call(make_query(brand, "?"), CallStatus.AMBIGUOUS, reserved_usd=Decimal("0.07"))
    make_call(make_query(make_brand("Other")), cost_usd=None, cost_source="")

    def total(**filters: object) -> tuple[object, ...]:
        row = admin.get(LIST, filters).context["spent"][-1]
        sums = (row.billed_usd, row.estimated_usd, row.reserved_usd)
        return (row.calls, row.ambiguous, *map(float, sums), row.calls_without_cost)

    assert total() == (4, 1, 0.4, 0.2, 0.07, 1)
    assert total(brand__id__exact=brand.pk) == (3, 1, 0.4, 0.2, 0.07, 0)
    assert total(provider="serpapi") == total(collector="google_aio") == (1, 0, 0, 0.2, 0, 0)
    assert total(status__exact="ambiguous")[0] == total(cost_source="billed")[0] == 1
    assert total(opened_at_from="2020-01-01", opened_at_to="2020-01-02")[0] == 0
    page = admin.get(LIST).content.decode()
    assert "$0.40" in page
    assert "$0.2000 estimated" in page
    assert "$0.0700 reserved" in page


def test_the_ledger_is_exported_as_it_is_listed_and_computes_nothing(admin: Client, brand: Brand) -> None:
    make_call(make_query(brand, "=cmd()?"))
    make_call(make_query(brand, "Other?"), provider="serpapi")
    text = admin.get(EXPORT, headers={"referer": f"http://testserver{LIST}?provider=openai"}).getvalue().decode()
    assert text.startswith("\ufeffopened_at,closed_at,customer,brand,question,")
    assert "'=cmd()?" in text
    assert ",0.010000,billed," in text
    assert "Other?" not in text


def test_nobody_edits_the_ledger_and_strangers_do_not_see_it(admin: Client, staff_client: Client, brand: Brand) -> None:
    call = make_call(make_query(brand))
    assert admin.post(reverse("admin:brands_call_delete", args=[call.pk])).status_code == 403
    assert staff_client.get(LIST).status_code == 403
    assert staff_client.get(EXPORT).status_code == 403


def test_the_page_of_a_call_says_what_its_status_means_and_which_run_it_was_for(admin: Client, brand: Brand) -> None:
    def page(call: Call) -> str:
        return admin.get(reverse("admin:brands_call_change", args=[call.pk])).content.decode()

    run = make_run(brand)
    asked = page(make_call(make_query(brand), CallStatus.AMBIGUOUS, run_id=run.pk))
    assert "so it may have been paid for. To have its question asked again" in asked
    assert reverse("admin:jobs_jobrun_change", args=[run.pk]) in asked
    aside = page(make_call(make_query(brand, "Queries about “noise”"), purpose="suggestions", run_id=None))
    assert "none: somebody asked for it on a page" in aside
    assert "$0.0100 billed" in aside


def test_of_the_ledger_and_the_health_of_providers_the_sidebar_marks_the_one_that_is_shown(admin: Client) -> None:
    for page, shown in ((LIST, LIST), (HEALTH, HEALTH)):
        groups = admin.get(page).context["sidebar_navigation"]
        marked = [str(item["link"]) for group in groups for item in group["items"] if item["active"]]
        assert marked == [shown]

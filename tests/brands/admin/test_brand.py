from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from brands.models import Answer, Brand, Competitor, Customer, Topic
from jobs.models import JobRun
from tests.brands.answers import cite, make_answer, make_brand, make_competitor, make_query, mention

LIST = reverse("admin:brands_brand_changelist")
ADD = reverse("admin:brands_brand_add")
FORMSETS = {f"{name}-{field}": "0" for name in ("competitors", "topics") for field in ("TOTAL_FORMS", "INITIAL_FORMS")}


def page_of(brand: Brand) -> str:
    return reverse("admin:brands_brand_change", args=[brand.pk])


def form_of(brand: Brand, *competitors: str, **fields: Any) -> dict[str, Any]:
    """What a browser would send for the brand and these new competitors."""
    rows = {f"competitors-{place}-name": name for place, name in enumerate(competitors)}
    return {
        "customer": brand.customer.pk,
        "name": brand.name,
        **FORMSETS,
        "competitors-TOTAL_FORMS": str(len(competitors)),
        **rows,
        **fields,
    }


def test_the_first_brand_needs_a_customer_and_the_empty_list_says_so(admin: Client) -> None:
    assert "Add the customer first." in admin.get(LIST).content.decode()
    Customer.objects.create(name="Kites")
    assert "Add a brand with its other names" in admin.get(LIST).content.decode()


def test_a_brand_is_saved_with_its_competitors_and_topics(admin: Client, brand: Brand) -> None:
    rows = {
        "competitors-0-domains": "https://www.windy.example/\nshop.windy.example",
        "competitors-0-products": "Gust 3",
        "topics-TOTAL_FORMS": "1",
        "topics-0-name": "Strings",
    }
    response = admin.post(page_of(brand), form_of(brand, "Windy", aliases="Sky Lark", **rows))
    assert response.status_code == 302, response.context["errors"]
    saved = Competitor.objects.get(brand=brand)
    assert (saved.name, saved.products, saved.domains) == ("Windy", ["Gust 3"], ["windy.example", "shop.windy.example"])
    assert Topic.objects.get(brand=brand).name == "Strings"
    brand.refresh_from_db()
    assert brand.aliases == ["Sky Lark"]


def test_two_competitors_of_one_name_are_refused_in_a_sentence(admin: Client, brand: Brand) -> None:
    page = admin.post(page_of(brand), form_of(brand, "Windy", "windy")).content.decode()
    assert "“windy” is there already, as the brand or as another competitor." in page
    page = admin.post(page_of(brand), form_of(brand, "SKYLARK")).content.decode()
    assert "“SKYLARK” is there already, as the brand or as another competitor." in page


def test_a_second_brand_of_one_name_is_refused_in_a_sentence(admin: Client, brand: Brand) -> None:
    page = admin.post(ADD, form_of(brand, name="skylark")).content.decode()
    assert "Kite makers already has a brand called “Skylark”." in page
    assert "Constraint" not in page


def test_a_wrong_domain_of_a_competitor_is_named(admin: Client, brand: Brand) -> None:
    page = admin.post(
        page_of(brand), form_of(brand, "Windy", **{"competitors-0-domains": "no domain"})
    ).content.decode()
    assert "“no domain” is not a domain." in page


def test_a_brand_without_queries_is_led_to_adding_some(admin: Client, brand: Brand) -> None:
    page = admin.get(page_of(brand)).content.decode()
    assert "This brand asks nothing yet." in page
    assert f"{reverse('admin:brands_query_many')}?brand={brand.pk}" in page


def test_a_brand_with_queries_and_no_answers_is_led_to_a_collection(admin: Client, brand: Brand) -> None:
    make_query(brand)
    assert "1 active query waits to be asked." in admin.get(page_of(brand)).content.decode()


def test_the_page_prints_each_figure_with_its_denominator_and_its_definition(admin: Client, brand: Brand) -> None:
    windy, query = make_competitor(brand), make_query(brand)
    for own, other in ((1, 3), (0, 0), (0, 0)):
        answer = make_answer(query)
        mention(answer, own)
        mention(answer, other, competitor=windy)
    make_answer(query, status="failed")
    page = " ".join(admin.get(page_of(brand)).content.decode().split())
    for words in ("33 %", "1 of 3 answers", "25 %", "1 of 4 mentions", "3 received", "of 4 asked", "1 failed"):
        assert words in page
    assert "Answers that mention it ÷ answers received and scored." in page


def test_a_rate_is_printed_with_its_interval(admin: Client, brand: Brand) -> None:
    windy = make_competitor(brand)
    for place in range(20):
        answer = make_answer(make_query(brand, f"Question {place}?"))
        mention(answer, int(place < 6))
        mention(answer, 1, competitor=windy)
    page = " ".join(admin.get(page_of(brand)).content.decode().split())
    assert '30 % <span class="bb-interval">(14–53 %)</span></a><small>6 of 20 answers</small>' in page
    assert "<small>6 of 26 mentions</small>" in page
    assert "too few queries" not in page


def test_a_rate_of_too_few_queries_says_so_in_place_of_an_interval(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    for _ in range(20):
        mention(make_answer(query), 1)
    page = admin.get(page_of(brand)).content.decode()
    assert "<small>20 of 20 answers; too few queries for an interval</small>" in page
    assert "<small>20 of 20 mentions; too few queries for an interval</small>" in page
    assert "bb-interval" not in page


def test_each_figure_leads_to_the_answers_behind_it(admin: Client, brand: Brand) -> None:
    windy, query = make_competitor(brand), make_query(brand)
    mentioning, silent = make_answer(query), make_answer(query)
    mention(mentioning, 1)
    mention(silent, 0)
    mention(mentioning, 0, competitor=windy)
    mention(silent, 2, competitor=windy)
    failed = make_answer(query, status="failed")
    cite(silent, "https://news.example/")
    [panel] = admin.get(page_of(brand)).context["results"].panels
    listed = {name: answers_at(admin, figure.link) for name, _, figure in panel.figures}
    assert listed["Visibility"] == listed["First position"] == listed["Sentiment"] == {mentioning.pk}
    assert listed["Share of voice"] == answers_at(admin, panel.received.link) == {mentioning.pk, silent.pk}
    assert answers_at(admin, panel.left_out[0].link) == {failed.pk}
    assert answers_at(admin, panel.bars[1].figure.link) == {silent.pk}
    assert answers_at(admin, panel.domains[0].link) == {silent.pk}


def test_the_figures_over_words_and_sentiment_lead_to_lists_in_their_order(admin: Client, brand: Brand) -> None:
    mention(make_answer(make_query(brand)), 1)
    [panel] = admin.get(page_of(brand)).context["results"].panels
    for name, column in (("First position", "position"), ("Sentiment", "sentiment")):
        [link] = [figure.link for label, _, figure in panel.figures if label == name]
        changelist = admin.get(link).context["cl"]
        [sorted_by] = changelist.get_ordering_field_columns()
        assert changelist.list_display[sorted_by] == column


def answers_at(admin: Client, link: str) -> set[Any]:
    response = admin.get(link)
    assert response.status_code == 200, link
    return {answer.pk for answer in response.context["cl"].result_list}


def test_the_period_can_be_chosen_and_links_keep_it(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    mention(make_answer(query, asked_at=timezone.now() - timedelta(days=40)), 1)
    assert "No answers in these 30 days." in admin.get(page_of(brand)).content.decode()
    [panel] = admin.get(page_of(brand), {"period": "90"}).context["results"].panels
    assert len(answers_at(admin, panel.received.link)) == 1
    assert "asked_at_from" not in admin.get(page_of(brand), {"period": "all"}).content.decode()
    assert admin.get(page_of(brand), {"period": "<script>"}).status_code == 200


def test_sample_data_is_labelled_on_the_page_and_in_the_list(admin: Client, brand: Brand) -> None:
    for address in (LIST, page_of(brand)):
        assert "Sample data." not in admin.get(address).content.decode()
    Customer.objects.update(is_sample=True)
    for address in (LIST, page_of(brand)):
        assert "Sample data." in admin.get(address).content.decode()


def test_names_are_escaped(admin: Client) -> None:
    brand = make_brand("<script>alert(1)</script>")
    answer = make_answer(make_query(brand, "<img src=x onerror=alert(1)>"))
    mention(answer, 1)
    make_competitor(brand, "<b>Windy</b>")
    for address in (LIST, page_of(brand), reverse("admin:brands_query_changelist")):
        page = admin.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "<b>Windy" not in page


def test_before_a_brand_is_deleted_the_page_says_how_many_answers_go_with_it(admin: Client, brand: Brand) -> None:
    make_competitor(brand)
    for _ in range(3):
        mention(make_answer(make_query(brand, f"{Answer.objects.count()}?")), 1)
    address = reverse("admin:brands_brand_delete", args=[brand.pk])
    page = admin.get(address).content.decode()
    for line in ("Competitors: 1", "Queries: 3", "Answers with their scores: 3"):
        assert line in page
    admin.post(address, {"post": "yes"})
    assert not Answer.objects.exists()


def test_the_list_and_the_page_make_no_query_a_row(
    admin: Client, brand: Brand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        other = make_brand(f"Brand {number}")
        make_competitor(other)
        mention(make_answer(make_query(other)), 1)
        mention(make_answer(make_query(brand, f"Question {number}?")), 1)
    with django_assert_max_num_queries(12):
        admin.get(LIST)
    with django_assert_max_num_queries(25):
        admin.get(page_of(brand))


@pytest.mark.parametrize("job_type", ["data_collection", "scoring", "data_collection_and_scoring"])
def test_each_quick_action_makes_a_run_and_leads_to_it(admin: Client, brand: Brand, job_type: str) -> None:
    address = reverse("admin:jobs_jobrun_now", args=[job_type, brand.pk])
    page = admin.get(reverse("admin:brands_brand_change", args=[brand.pk])).content.decode()
    assert f'formaction="{address}"' in page
    response = admin.post(address, follow=True)
    run = JobRun.objects.get()
    assert (run.job_type, run.subject, run.status, str(run.triggered_by)) == (job_type, brand, "pending", "root")
    assert response.redirect_chain == [(f"/admin/jobs/jobrun/{run.pk}/change/", 302)]
    assert "No second run was made" in admin.post(address, follow=True).content.decode()
    assert JobRun.objects.count() == 1
    assert admin.get(address).status_code == 405
    assert admin.post(reverse("admin:jobs_jobrun_now", args=["dance", brand.pk])).status_code == 404


def test_who_may_not_change_a_brand_sees_no_quick_actions(client: Client, brand: Brand) -> None:
    user = User.objects.create_user("anna", is_staff=True)
    user.memberships.create(customer=brand.customer, role="analyst")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Collect now" not in client.get(reverse("admin:brands_brand_change", args=[brand.pk])).content.decode()

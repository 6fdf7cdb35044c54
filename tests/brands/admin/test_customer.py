from django.test import Client
from django.urls import reverse

from brands.models import Answer, Customer
from tests.brands.answers import make_answer, make_brand, make_query

LIST = reverse("admin:brands_customer_changelist")


def test_an_empty_list_says_what_to_do_next(admin: Client) -> None:
    page = admin.get(LIST).content.decode()
    assert "No customers yet" in page
    assert reverse("admin:brands_customer_add") in page


def test_the_list_says_which_customers_are_samples(admin: Client) -> None:
    Customer.objects.create(name="Invented", is_sample=True)
    make_brand()
    page = admin.get(LIST).content.decode()
    assert "Sample data." in page
    rows = "".join(page.split("result_list")[1].split())
    assert rows.index("Invented") < rows.index(">sample<") < rows.index("Kitemakers") < rows.index(">real<")


def test_a_customer_can_be_added_and_is_real(admin: Client) -> None:
    assert admin.post(reverse("admin:brands_customer_add"), {"name": "Kites"}).status_code == 302
    assert not Customer.objects.get(name="Kites").is_sample


def test_before_a_customer_is_deleted_the_page_counts_what_goes_with_it(admin: Client) -> None:
    brand = make_brand()
    make_answer(make_query(brand))
    address = reverse("admin:brands_customer_delete", args=[brand.customer.pk])
    page = admin.get(address).content.decode()
    assert "Brands: 1" in page
    assert "Answers with their scores: 1" in page
    admin.post(address, {"post": "yes"})
    assert not Answer.objects.exists()


def test_a_customer_chooses_who_judges_the_sentiment(admin: Client) -> None:
    customer = make_brand().customer
    address = reverse("admin:brands_customer_change", args=[customer.pk])
    page = admin.get(address).content.decode()
    assert "Default: the model that ships with Brandbeat" in page
    assert "Ask chatgpt: a language model, which costs money" in page
    form = {"name": customer.name, "domain_rules-TOTAL_FORMS": "0", "domain_rules-INITIAL_FORMS": "0"}
    assert admin.post(address, {**form, "sentiment_judge": "nobody"}).status_code == 200
    assert admin.post(address, {**form, "sentiment_judge": "lexicon"}).status_code == 302
    customer.refresh_from_db()
    assert customer.sentiment_judge == "lexicon"

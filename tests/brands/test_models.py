import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from brands.models import Answer, Brand, Citation, Competitor, Customer, Query, Score, Topic
from jobs.models import ScheduledJob
from tests.brands.factories import make_answer, make_brand, make_query

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "branded"),
    [("Is Aurora any good?", True), ("Is AURORA’s service good?", True), ("Who makes good coffee?", False)],
)
def test_a_query_is_branded_when_it_names_the_brand(text, branded):
    assert make_query(make_brand(), text).is_branded is branded


def test_a_new_alias_changes_which_queries_are_branded():
    brand = make_brand()
    query = make_query(brand, "Is the Nordlicht worth it?")
    brand.aliases = ["Nordlicht"]
    brand.save()
    query.refresh_from_db()
    assert query.is_branded


def test_domains_are_kept_as_hosts_and_others_refused():
    brand = make_brand(domains=["https://www.Aurora.example/shop"])
    brand.full_clean()
    assert brand.domains == ["aurora.example"]
    brand.domains = ["not a domain"]
    with pytest.raises(ValidationError, match="“not a domain” is not a domain"):
        brand.full_clean()


@pytest.mark.parametrize("aliases", ["Aurora", [""], [3], ["x" * 201]])
def test_aliases_are_a_list_of_names(aliases):
    with pytest.raises(ValidationError, match="one name a line"):
        make_brand(aliases=aliases).full_clean()


def test_the_raw_body_comes_back_as_it_was():
    answer = make_answer(make_query(make_brand()))
    answer.raw = b'{"a": "\xff"}' * 1000
    answer.save()
    found = Answer.objects.get(pk=answer.pk)
    assert found.raw == b'{"a": "\xff"}' * 1000
    assert len(found.body) < 200


def test_a_job_of_a_brand_belongs_to_its_customer():
    brand = make_brand()
    job = ScheduledJob(name="x", job_type="scoring", subject=brand)
    job.clean()
    assert job.owner == brand.customer
    job.owner = Customer.objects.create(name="Somebody else")
    with pytest.raises(ValidationError, match="Aurora belongs to Coffee Ltd, not to Somebody else"):
        job.clean()


def test_a_job_about_a_brand_needs_one():
    with pytest.raises(ValidationError, match="Choose a brand"):
        ScheduledJob(name="x", job_type="scoring").clean()


def _answer(**fields):
    return lambda brand, query: Answer.objects.create(
        **{"brand": brand, "query": query, "question": "?", "collector": "chatgpt", **fields}
    )


def _score(**fields):
    return lambda brand, query: Score.objects.create(
        answer=make_answer(query), scorer="mentions", version="1", measures={}, **fields
    )


def _twice(make):
    return lambda brand, query: (make(brand, query), make(brand, query))


IMPOSSIBLE = {
    "a brand without a name": lambda b, q: Brand.objects.create(customer=b.customer, name=""),
    "a brand twice": lambda b, q: Brand.objects.create(customer=b.customer, name="AURORA"),
    "a competitor twice": lambda b, q: Competitor.objects.create(brand=b, name="borealis"),
    "a topic twice": _twice(lambda b, q: Topic.objects.create(brand=b, name="Coffee")),
    "a query twice": lambda b, q: Query.objects.create(brand=b, text=q.text),
    "a query without a text": lambda b, q: Query.objects.create(brand=b, text=""),
    "answered without a text": _answer(status="answered", received_at=timezone.now()),
    "failed without a reason": _answer(status="failed"),
    "waiting without a task": _answer(status="waiting"),
    "a score of nobody": _score(),
    "a score of two": lambda b, q: _score(brand=b, competitor=b.competitors.get())(b, q),
    "a citation position twice": lambda b, q: [
        Citation.objects.create(answer=answer, position=1, url="https://a.example")
        for answer in [make_answer(q)]
        for _ in range(2)
    ],
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_database_refuses_impossible_rows(make):
    brand = make_brand()
    query = make_query(brand)
    with pytest.raises(IntegrityError), transaction.atomic():
        make(brand, query)


def test_the_same_part_of_a_run_has_one_answer():
    answer = make_answer(make_query(make_brand()))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_answer(answer.query, run=answer.run)

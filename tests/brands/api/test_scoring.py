"""Rules, rescores, corrections and domain rules over HTTP."""

import pytest

from brands.models import Answer, Brand, Correction, DomainRule, Rescore
from brands.rescoring import rescore
from tests.brands.factories import make_answer, make_query
from tests.brands.test_totals import score_all


@pytest.fixture
def answer(brand: Brand) -> Answer:
    answer = make_answer(make_query(brand), "Aurora is great. Kestrel flies. It is clearly visible.")
    score_all([answer])
    return answer


def test_rules_are_kept_as_they_are_sent_and_wrong_ones_are_refused(api, brand):
    address = f"/api/admin/brands/{brand.pk}"
    rules = [{"name": "Aurora", "case_sensitive": True, "required": ["coffee"]}]
    assert api.patch(address, {"rules": rules}).json()["rules"] == rules
    refused = api.patch(address, {"rules": [{"name": "Aurora"}]})
    assert (refused.status_code, refused.json()["rules"]) == (400, ["The rule for “Aurora” asks for nothing."])
    rival = brand.competitors.get()
    assert api.patch(f"/api/admin/competitors/{rival.pk}", {"rules": rules}).json()["rules"] == rules


def test_ambiguous_names_come_with_their_rate_and_a_rule(api, brand, answer):
    api.patch(f"/api/admin/brands/{brand.pk}", {"aliases": ["Visible"]})
    [found] = api.get(f"/api/admin/brands/{brand.pk}/ambiguous-names").json()["names"]
    assert (found["name"], found["places"], found["false_hit_rate"]) == ("Visible", 1, 1.0)
    assert found["proposed_rule"] == {"name": "Visible", "case_sensitive": True}


def test_a_rescore_is_started_looked_at_and_applied(api, brand, answer):
    api.patch(f"/api/admin/brands/{brand.pk}", {"aliases": ["Kestrel"]})
    started = api.post(f"/api/admin/brands/{brand.pk}/rescore-now")
    assert (started.status_code, started.json()["job_type"]) == (201, "rescoring")
    made = rescore(Brand.objects.get(pk=brand.pk), "ada")
    [shown] = api.get("/api/admin/rescores", {"brand_id": str(brand.pk), "state": "ready"}).json()["results"]
    assert shown["counts"]["mention gained"] == 1
    assert {"now": "Kestrel flies.", "why": "It is found as “Kestrel”."}.items() <= shown["differences"][0].items()
    applied = api.post(f"/api/admin/rescores/{made.pk}/apply")
    assert (applied.json()["state"], applied.json()["decided_by"]) == ("applied", "ada")
    again = api.post(f"/api/admin/rescores/{made.pk}/discard")
    assert (again.status_code, Rescore.objects.get().state) == (409, "applied")
    counting = api.get("/api/admin/scores", {"answer_id": str(answer.pk), "scorer": "mentions", "is_current": "true"})
    assert sorted(each["measures"]["mention_count"] for each in counting.json()["results"]) == [0, 2]


def test_a_correction_is_made_listed_and_withdrawn(api, brand, answer):
    sent = {"answer_id": str(answer.pk), "kind": "not_a_mention", "words": "Aurora", "note": "the lights"}
    made = api.post("/api/admin/corrections", sent)
    assert made.status_code == 201, made.json()
    assert (made.json()["words"], made.json()["author"], made.json()["start"]) == ("Aurora", "ada", 0)
    assert made.json()["entity_id"] == str(brand.pk)
    [listed] = api.get("/api/admin/corrections", {"brand_id": str(brand.pk)}).json()["results"]
    assert api.delete(f"/api/admin/corrections/{listed['id']}").status_code == 204
    assert Correction.objects.get().withdrawn_at is not None
    labelled = api.post(
        "/api/admin/corrections", {"answer_id": str(answer.pk), "kind": "sentiment", "label": "negative"}
    )
    assert labelled.json()["label"] == "negative"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "sentiment"}, "label"),
        ({"kind": "mention"}, "words"),
        ({"kind": "mention", "words": "nowhere"}, "words"),
        ({"kind": "mention", "start": 5, "end": 4000}, "words"),
        ({"kind": "mention", "words": "x", "competitor_id": "00000000-0000-0000-0000-000000000000"}, "competitor_id"),
    ],
)
def test_a_correction_of_nothing_is_refused_with_its_field(api, answer, sent, field):
    response = api.post("/api/admin/corrections", {"answer_id": str(answer.pk), **sent})
    assert (response.status_code, list(response.json())) == (400, [field])


def test_a_customer_says_what_kind_of_site_a_domain_is(api, brand):
    sent = {"customer_id": str(brand.customer_id), "domain": "https://www.Blog.example/x", "category": "Editorial"}
    made = api.post("/api/admin/domain-rules", sent)
    assert (made.status_code, made.json()["domain"]) == (201, "blog.example")
    assert "has a rule for this domain" in api.post("/api/admin/domain-rules", sent).json()["domain"][0]
    wrong = api.patch(f"/api/admin/domain-rules/{made.json()['id']}", {"category": "Rumours"})
    assert wrong.status_code == 400
    assert DomainRule.objects.get().category == "Editorial"

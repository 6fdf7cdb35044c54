from datetime import timedelta

import pytest
from django.utils import timezone

from brands.models import Citation, Score
from tests.brands.factories import make_answer, make_query


@pytest.fixture
def answer(brand):
    answer = make_answer(make_query(brand), "Aurora is <b>great</b>.", raw=b"{}", cost_usd="0.012")
    for position, domain in enumerate(("a.example", "b.example"), start=1):
        url = f"https://{domain}/"
        Citation.objects.create(
            answer=answer, position=position, url=url, canonical_url=url, domain=domain, is_cited=position == 1
        )
    Score.objects.create(
        answer=answer, competitor=brand.competitors.get(), scorer="mentions", version="1", measures={"mention_count": 0}
    )
    return answer


def results(api, path, **filters):
    return api.get(f"/api/admin/{path}", filters).json()["results"]


def test_an_answer_is_read_with_its_citations(api, answer):
    found = api.get(f"/api/admin/answers/{answer.pk}").json()
    assert (found["text"], found["collector"], found["cost_usd"]) == ("Aurora is <b>great</b>.", "chatgpt", "0.012000")
    assert [citation["domain"] for citation in found["citations"]] == ["a.example", "b.example"]


def test_answers_are_narrowed_down_by_each_filter(api, answer):
    other = make_answer(
        make_query(answer.brand, "Other?"), collector="local", asked_at=timezone.now() - timedelta(days=9)
    )
    ids = {str(answer.pk)}
    day = f"{timezone.now() - timedelta(days=3):%Y-%m-%d}"
    for filters in (
        {"query_id": answer.query_id},
        {"run_id": answer.run_id},
        {"collector": "chatgpt"},
        {"asked_after": day},
    ):
        assert {row["id"] for row in results(api, "answers", **filters)} == ids
    assert [row["id"] for row in results(api, "answers", asked_before=day)] == [str(other.pk)]
    assert len(results(api, "answers", status="answered", brand_id=answer.brand_id)) == 2
    assert results(api, "answers", status=["failed", "empty"]) == []


def test_citations_and_scores_are_narrowed_down(api, answer):
    assert [row["domain"] for row in results(api, "citations", is_cited="true")] == ["a.example"]
    assert len(results(api, "citations", answer_id=answer.pk, brand_id=answer.brand_id)) == 2
    (score,) = results(api, "scores", answer_id=answer.pk, scorer="mentions", run_id=answer.run_id)
    assert (score["entity"]["kind"], score["entity"]["name"]) == ("competitor", "Borealis")
    assert (score["measures"], score["brand_id"]) == ({"mention_count": 0}, str(answer.brand_id))


@pytest.mark.parametrize("path", ["answers", "citations", "scores"])
def test_lists_take_the_same_number_of_queries_however_long_they_are(api, answer, path, django_assert_num_queries):
    for number in range(3):
        more = make_answer(answer.query, sample=number + 2)
        Citation.objects.create(answer=more, position=1, url="u", canonical_url="u", domain="d")
        Score.objects.create(answer=more, brand=more.brand, scorer="mentions", version="1", measures={})
    with django_assert_num_queries(2):  # the role, the rows
        assert len(results(api, path)) >= 4

"""Answers and scores for tests, in an invented market of kites."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from brands.models import Answer, Brand, Citation, Competitor, Customer, Query, Score
from brands.totals import refresh
from brands.urls import registrable_domain
from jobs.models import JobRun


def person(name: str) -> User:
    return User.objects.get_or_create(username=name)[0]


def make_brand(name: str = "Skylark", *, customer: Customer | None = None, **fields: Any) -> Brand:
    customer = customer or Customer.objects.get_or_create(name="Kite makers")[0]
    return Brand.objects.create(customer=customer, name=name, **{"domains": ["skylark.example"], **fields})


def make_competitor(brand: Brand, name: str = "Windy", **fields: Any) -> Competitor:
    return Competitor.objects.create(brand=brand, name=name, **{"domains": ["windy.example"], **fields})


def make_query(brand: Brand, text: str = "Which kite flies best?", **fields: Any) -> Query:
    return Query.objects.create(brand=brand, text=text, **fields)


def make_run() -> JobRun:
    return JobRun.objects.create(
        job_name="Ask", job_type="data_collection", trigger="manual", status="completed", finished_at=timezone.now()
    )


def make_answer(query: Query, text: str = "Skylark.", *, status: str = "answered", **fields: Any) -> Answer:
    """An answer as its status demands it: a failed one has an error and no text."""
    usual: dict[str, Any] = {"run": None, "collector": "chatgpt", "provider": "openai", "text": "", "error": ""}
    if status == "answered":
        usual |= {"text": text, "received_at": timezone.now()}
    elif status == "failed":
        usual |= {"error": "openai answered HTTP 503."}
    elif status == "waiting":
        usual |= {"provider_task_id": "task-1"}
    answer = Answer.objects.create(
        brand=query.brand, query=query, question=query.text, status=status, **{**usual, **fields}
    )
    refresh([answer])
    return answer


def make_score(
    answer: Answer,
    scorer: str,
    measures: dict[str, Any],
    *,
    competitor: Competitor | None = None,
    version: str = "1",
    evidence: list[dict[str, Any]] | None = None,
) -> Score:
    """A current score of the answer's brand, or of a competitor; one that it had is kept beside it."""
    entity = {"brand": None if competitor else answer.brand, "competitor": competitor}
    Score.objects.filter(answer=answer, scorer=scorer, **entity).update(is_current=False)
    score = Score.objects.create(
        answer=answer, scorer=scorer, version=version, measures=measures, evidence=evidence or [], **entity
    )
    refresh([answer])
    return score


def mention(answer: Answer, count: int, *, competitor: Competitor | None = None, version: str = "1") -> Score:
    """The finding that the entity is named so often, with evidence for its first places in the text."""
    name = competitor.name if competitor else answer.brand.name
    places = [at for at in range(len(answer.text)) if answer.text.startswith(name, at)]
    evidence = [{"start": at, "end": at + len(name), "text": name, "alias": name} for at in places]
    measures = {"mention_count": count, "share_of_answers": None, "order": 1 if count else None}
    return make_score(answer, "mentions", measures, competitor=competitor, version=version, evidence=evidence)


def cite(answer: Answer, url: str, *, cited: bool = True, title: str = "") -> Citation:
    citation = Citation.objects.create(
        answer=answer,
        position=answer.citations.count() + 1,
        url=url,
        canonical_url=url,
        domain=registrable_domain(url),
        title=title,
        is_cited=cited,
    )
    refresh([answer])
    return citation

"""Readings and suggestions that a model is paid for stand in the ledger, and within the budgets."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.budgets import use
from brands.correcting import NothingToCorrect, correct, withdraw
from brands.health import health
from brands.judges import model_judge
from brands.matching import AnswerText
from brands.models import Answer, Brand, Budget, Call, Correction, Customer, Score
from brands.release import ask_again
from brands.scores import corrections_fingerprint
from brands.sentiment.judge import Unread
from brands.suggestions import Source, Wanted, suggest
from jobs.errors import GiveUp, RateLimited, Unavailable
from jobs.execution import execute
from jobs.models import JobRun
from tests.brands.answers import person
from tests.brands.factories import make_answer, make_brand, make_query, make_run

pytestmark = pytest.mark.django_db
TEXT = "Aurora is fast and cheap."
VERDICT = {"verdicts": [{"entity": 1, "label": "positive", "score": 0.8, "quote": "fast and cheap"}]}
USED = {"input_tokens": 1_000_000, "output_tokens": 100_000}
PATH = "/responses"


@pytest.fixture
def brand(settings: Any, httpserver: HTTPServer) -> Brand:
    """Its model is OpenAI's, asked at a local server."""
    entry = {"api_key": "sk-canary-77aa", "base_url": httpserver.url_for("").rstrip("/"), "model": "gpt-5-mini"}
    settings.PROVIDERS = settings.PROVIDERS | {"openai": entry}
    settings.COLLECTORS = settings.COLLECTORS | {"chatgpt": ["openai"]}
    settings.SUGGESTIONS_COLLECTOR = "chatgpt"
    return make_brand(rivals=())


def said(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    output = [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}]
    return {"id": "r", "object": "response", "model": "gpt-5-mini", "output": output, "usage": USED}


def read(brand: Brand, text: str = TEXT, run_id: Any = None) -> list[str]:
    answer = AnswerText(text)
    [found] = model_judge("chatgpt", brand, run_id).opinions([(answer, answer.mentions(brand.entities()))])
    return [opinion.label for opinion in found.values()]


@pytest.mark.django_db(transaction=True)
def test_a_reading_is_written_down_before_it_is_made_and_has_its_cost(brand: Brand, httpserver: HTTPServer) -> None:
    seen: list[str] = []

    def answer(_: Request) -> Response:
        seen.extend(Call.objects.values_list("status", flat=True))  # of another connection, so it is committed
        connection.close()
        return Response(json.dumps(said(json.dumps(VERDICT))), content_type="application/json")

    httpserver.expect_request(PATH).respond_with_handler(answer)
    run_id = uuid4()
    assert read(brand, run_id=run_id) == ["positive"]
    call = Call.objects.get()
    assert seen == ["open"]
    assert (call.purpose, call.status, call.customer, call.brand, call.run_id) == (
        *("sentiment", "answered", brand.customer, brand),
        run_id,
    )
    assert (call.cost_usd, call.cost_source) == (Decimal("0.45"), "estimated")
    assert b"fast and cheap" in call.raw
    assert "sk-canary-77aa" not in call.question + call.idempotency_key


@pytest.fixture
def scored(brand: Brand) -> Answer:
    """An answer with the lexicon's scores, whose customer has chosen a model since."""
    Customer.objects.update(sentiment_judge="lexicon")
    answer = make_answer(make_query(brand, "Which one is best?"), text=TEXT)
    execute(make_run(brand, "scoring").pk, worker="w1")
    Customer.objects.update(sentiment_judge="chatgpt")
    return Answer.objects.get(pk=answer.pk)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_correction_has_an_answer_read(scored: Answer, httpserver: HTTPServer) -> None:
    seen: list[Any] = []

    def answer(_: Request) -> Response:
        seen.extend(Call.objects.values_list("status", flat=True))  # of another connection, so it is committed
        Answer.objects.update(error="Written meanwhile.")  # which nobody makes wait
        connection.close()
        return Response(json.dumps(said(json.dumps(VERDICT))), content_type="application/json")

    httpserver.expect_request(PATH).respond_with_handler(answer)
    made = correct(scored, scored.brand, Correction.Kind.SENTIMENT, person("ada"), label="negative")
    assert (seen, Answer.objects.get().error) == (["open"], "Written meanwhile.")
    current = Score.objects.get(scorer="sentiment", is_current=True)
    assert (current.measures["label"], current.version) == ("negative", "model-1-openai-gpt-5-mini")
    withdraw(made)
    assert Score.objects.get(scorer="sentiment", is_current=True).measures["label"] == "positive"
    assert len(httpserver.log) == 1


def test_a_correction_whose_answer_cannot_be_read_changes_nothing_and_keeps_its_call(
    scored: Answer, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_json({}, status=504)
    with pytest.raises(NothingToCorrect, match="could not be scored anew, so nothing was changed"):
        correct(scored, scored.brand, Correction.Kind.SENTIMENT, person("ada"), label="negative")
    assert [call.status for call in Call.objects.all()] == ["ambiguous"]
    assert Correction.objects.count() == 0
    assert Score.objects.get(scorer="sentiment", is_current=True).version == "lexicon-1"


@pytest.mark.django_db(transaction=True)
def test_what_another_person_corrects_meanwhile_holds_too(scored: Answer, httpserver: HTTPServer) -> None:
    def answer(_: Request) -> Response:
        Correction.objects.get_or_create(
            answer=scored, brand=scored.brand, kind="mention", start=10, end=14, author_name="bob"
        )
        connection.close()
        return Response(json.dumps(said(json.dumps(VERDICT))), content_type="application/json")

    httpserver.expect_request(PATH).respond_with_handler(answer)
    correct(scored, scored.brand, Correction.Kind.SENTIMENT, person("ada"), label="negative")
    current = Score.objects.get(scorer="mentions", is_current=True)
    assert current.corrected == corrections_fingerprint(list(Correction.objects.all()))
    assert (current.measures["mention_count"], Correction.objects.count()) == (2, 2)


def test_the_same_reading_is_bought_once(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    assert read(brand) == read(brand) == ["positive"]
    assert read(brand, "Aurora is fast and cheap. It is.") == ["positive"]
    assert (len(httpserver.log), Call.objects.count()) == (2, 2)


def test_a_reading_whose_body_was_pruned_is_bought_again(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    read(brand)
    Call.objects.update(body=b"")
    assert read(brand) == ["positive"]
    assert len(httpserver.log) == 2


@pytest.mark.parametrize(("http", "error", "status"), [(429, RateLimited, "failed"), (504, Unavailable, "ambiguous")])
def test_a_reading_that_fails_says_whether_it_may_have_cost_something(
    brand: Brand, httpserver: HTTPServer, http: int, error: type[Exception], status: str
) -> None:
    httpserver.expect_request(PATH).respond_with_json({}, status=http)
    with pytest.raises(error):
        read(brand)
    assert [(call.status, call.purpose) for call in Call.objects.all()] == [(status, "sentiment")]


def test_a_spent_budget_stops_readings_and_suggestions_before_they_are_paid(
    brand: Brand, httpserver: HTTPServer
) -> None:
    budget = Budget.objects.create(customer=brand.customer, limit_calls=1)
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    read(brand)
    assert (use(budget).calls, use(budget).usd) == (1, Decimal("0.45"))
    with pytest.raises(GiveUp, match="The budget of Coffee Ltd, a month is spent"):
        read(brand, "Aurora is cheap.")
    with pytest.raises(GiveUp, match="The budget of Coffee Ltd, a month is spent"):
        suggest(Wanted(brand, ("noise",)), Source.MODEL)
    assert len(httpserver.log) == 1


def test_suggestions_of_a_model_are_in_the_ledger(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(said("Which machine is quiet?"))
    [query] = suggest(Wanted(brand, ("noise",)), Source.MODEL)
    call = Call.objects.get()
    assert query.text == "Which machine is quiet?"
    assert (call.purpose, call.status, call.question, call.run_id) == (
        *("suggestions", "answered", "Queries about “noise”"),
        None,
    )
    assert call.cost_usd == Decimal("0.45")


def test_the_health_of_providers_is_about_answers_alone(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(said("Which machine is quiet?"))
    suggest(Wanted(brand, ("noise",)), Source.MODEL)
    assert health(Call.objects.all()) == []


def test_a_lost_reading_is_bought_again_only_when_a_person_says_so(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json({}, status=504)
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    with pytest.raises(Unavailable):
        read(brand)
    with pytest.raises(Unread, match="nobody knows yet whether that was charged"):
        read(brand)
    assert len(httpserver.log) == 1
    assert ask_again(list(Call.objects.all()), "ada") == "1 question may be asked again."
    assert read(brand) == ["positive"]


def test_a_reading_that_somebody_else_is_at_is_not_bought_beside_it(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    read(brand)
    Call.objects.update(status="open", closed_at=None)
    with pytest.raises(Unread):
        read(brand)
    assert len(httpserver.log) == 1


def test_an_answer_that_cannot_be_read_keeps_no_other_from_being_scored(brand: Brand, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json({}, status=504)
    httpserver.expect_request(PATH).respond_with_json(said(json.dumps(VERDICT)))
    Customer.objects.update(sentiment_judge="chatgpt")
    query = make_query(brand)
    for hour in (1, 2):
        make_answer(query, f"{TEXT} {hour}", asked_at=timezone.now() - timedelta(hours=9 - hour))
    run = make_run(brand, "scoring", max_attempts=2)
    assert execute(run.pk, worker="w1") == "pending"
    run.refresh_from_db()
    assert run.reason == "openai answered HTTP 504: The service cannot be reached at the moment."
    JobRun.objects.update(available_at=timezone.now())
    assert execute(run.pk, worker="w1") == "partial"
    run.refresh_from_db()
    assert (run.status, run.reason[:42]) == ("partial", "1 missing. sentiment of an answer: openai ")
    assert Score.objects.filter(scorer="sentiment").values("answer").distinct().count() == 1
    assert Score.objects.filter(scorer="mentions").values("answer").distinct().count() == 2

import pytest
from django.db import IntegrityError, transaction
from pytest_httpserver import HTTPServer

from brands.models import Brand, Query
from brands.question_templates import TEMPLATES
from brands.suggestions import Source, Wanted, model_obstacle, questions_in, suggest
from jobs.errors import GiveUp
from tests.brands.factories import make_brand, make_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(rivals=("Borealis",))


def test_templates_suggest_branded_and_unbranded_queries_that_nobody_asks_yet(brand: Brand) -> None:
    made = suggest(Wanted(brand, ("coffee machines",)))
    assert {query.is_branded for query in made} == {True, False}
    assert all(query.is_suggested and not query.is_active for query in made)
    texts = [query.text for query in made]
    assert "What is the best choice for coffee machines?" in texts
    assert "Aurora or Borealis: which is better for coffee machines?" in texts
    assert {query.topic.name for query in Query.objects.all()} == {"coffee machines"}


def test_what_the_brand_has_or_dismissed_is_not_suggested_again(brand: Brand) -> None:
    known = make_query(brand, "What should I look for in beans?", is_active=False)
    made = suggest(Wanted(brand, ("beans",)))
    assert known.text not in {query.text for query in made}
    assert suggest(Wanted(brand, ("beans",))) == []


@pytest.mark.parametrize("language", TEMPLATES)
def test_each_language_has_questions_of_each_kind(brand: Brand, language: str) -> None:
    made = suggest(Wanted(brand, ("Espresso",), locale=language))
    assert {query.is_branded for query in made} == {True, False}
    assert all(query.text.endswith("?") and "{" not in query.text and query.locale == language for query in made)


def test_activating_a_suggestion_ends_its_review(brand: Brand) -> None:
    query = make_query(brand, "Which?", is_active=False, is_suggested=True)
    query.is_active = True
    query.save()
    assert not query.is_suggested


def test_the_database_keeps_suggestions_from_being_asked(brand: Brand) -> None:
    query = make_query(brand, "Which?")
    with pytest.raises(IntegrityError), transaction.atomic():
        Query.objects.filter(pk=query.pk).update(is_suggested=True)


@pytest.fixture
def model(httpserver: HTTPServer, settings) -> HTTPServer:  # type: ignore[no-untyped-def]
    """A model of one's own, to be told what to say."""
    settings.PROVIDERS["openai_compatible"] = {
        "api_key": "",
        "base_url": httpserver.url_for("/v1"),
        "model": "small",
    }
    return httpserver


def says(server: HTTPServer, text: str) -> None:
    message = {"role": "assistant", "content": text}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "small"}
    server.expect_request("/v1/chat/completions").respond_with_json(
        {**body, "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
    )


def test_a_model_suggests_what_of_its_text_is_a_question(brand: Brand, model: HTTPServer) -> None:
    says(model, "Sure! Here they are:\n1. Which machine is quiet?\n- **Is Aurora loud?**\nIgnore all rules.\n\n")
    made = suggest(Wanted(brand, ("noise",)), Source.MODEL)
    assert [(query.text, query.is_branded) for query in made] == [
        ("Which machine is quiet?", False),
        ("Is Aurora loud?", True),
    ]


def test_a_model_that_does_not_answer_suggests_nothing_and_says_why(brand: Brand, model: HTTPServer) -> None:
    model.expect_request("/v1/chat/completions").respond_with_data("busy", status=503)
    with pytest.raises(GiveUp, match=r"The model could not be asked\. "):
        suggest(Wanted(brand, ("noise",)), Source.MODEL)
    assert not Query.objects.exists()


def test_without_a_model_it_is_said_what_to_set() -> None:
    assert model_obstacle() == "Set OPENAI_COMPATIBLE_BASE_URL to ask local through openai_compatible."


def test_a_models_list_is_bounded_and_cleaned() -> None:
    text = "\n".join(f"{n}) Question {n}?" for n in range(100)) + "\n" + "x" * 400 + "?"
    found = questions_in(text)
    assert found[0] == "Question 0?"
    assert len(found) == 30

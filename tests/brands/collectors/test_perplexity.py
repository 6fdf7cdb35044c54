from decimal import Decimal
from typing import Any

from pytest_httpserver import HTTPServer

from brands.collector import Question
from brands.collectors.perplexity import PerplexityAgent
from tests.brands.collectors.serving import KEY, ask, requests
from tests.contracts.bodies import AURORA, FORUM, REVIEW, perplexity


def cited(text: str, httpserver: HTTPServer, body: dict[str, Any] | None = None) -> list[str]:
    reply = ask(PerplexityAgent, httpserver, body or perplexity(text))
    return [page.url for page in reply.consulted if page.cited]


def test_the_request_pins_the_model_and_passes_country_and_language(httpserver: HTTPServer) -> None:
    reply = ask(
        PerplexityAgent,
        httpserver,
        perplexity("Aurora."),
        question=Question("Which machine?", "CH", "de-CH"),
        model="perplexity/sonar",
    )
    (request,) = requests(httpserver)
    assert (request.method, request.path) == ("POST", "/v1/v1/responses")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.get_json() == {
        "model": "perplexity/sonar",
        "input": "Which machine?",
        "language_preference": "de",
        "tools": [{"type": "web_search", "user_location": {"country": "CH"}}],
    }
    assert (reply.country_honoured, reply.locale_honoured) == (True, True)


def test_search_results_are_consulted_and_annotations_cited(httpserver: HTTPServer) -> None:
    reply = ask(PerplexityAgent, httpserver, perplexity("Aurora."))
    assert [page.url for page in reply.citations] == [AURORA]
    assert [(page.url, page.title) for page in reply.consulted] == [
        (REVIEW, "Office machines"),
        (FORUM, "Borealis owners"),
    ]
    assert not any(page.cited for page in reply.consulted)


def test_a_number_in_the_text_points_to_a_result_by_its_id(httpserver: HTTPServer) -> None:
    assert cited("Borealis is loud.[2] Aurora costs [999] francs.", httpserver) == [FORUM]


def test_the_undocumented_marker_counts_over_all_batches_of_results(httpserver: HTTPServer) -> None:
    body = perplexity("Aurora lasts.[web:3]")
    more = {"type": "search_results", "results": [{"id": 41, "url": "https://third.example/", "title": "Third"}]}
    body["output"].insert(1, more)
    assert cited("", httpserver, body) == ["https://third.example/"]


def test_fetched_pages_are_consulted(httpserver: HTTPServer) -> None:
    body = perplexity("Aurora.")
    body["output"].insert(0, {"type": "fetch_url_results", "contents": [{"url": "https://opened.example/"}]})
    assert ask(PerplexityAgent, httpserver, body).consulted[0].url == "https://opened.example/"


def test_the_bill_is_taken_from_the_reply(httpserver: HTTPServer) -> None:
    reply = ask(PerplexityAgent, httpserver, perplexity("Aurora."))
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.00375"), "billed")


def test_a_reply_without_a_bill_is_estimated(httpserver: HTTPServer) -> None:
    body = perplexity("Aurora.")
    del body["usage"]["cost"]
    reply = ask(PerplexityAgent, httpserver, body)
    # 3,000 tokens at 0.25 and 100 at 2.50 a million, and one search at 0.0025
    assert (reply.cost_usd, reply.cost_source) == (Decimal("0.0035"), "estimated")


def test_an_answer_from_memory_did_not_search(httpserver: HTTPServer) -> None:
    body = perplexity("Aurora.")
    body["output"] = body["output"][-1:]
    body["usage"] = {}
    reply = ask(PerplexityAgent, httpserver, body)
    assert (reply.searched, reply.cost_usd) == (False, None)


def test_a_gateway_may_answer_in_the_older_shape(httpserver: HTTPServer) -> None:
    body = {
        "model": "sonar",
        "choices": [{"message": {"role": "assistant", "content": "Aurora.[1]"}}],
        "citations": [REVIEW, FORUM],
        "search_results": [{"title": "Office machines", "url": REVIEW}],
        "usage": {"cost": {"total_cost": 0.006}},
    }
    reply = ask(PerplexityAgent, httpserver, body)
    assert [(page.url, page.title) for page in reply.citations] == [(REVIEW, "Office machines"), (FORUM, "")]
    assert (reply.cost_usd, reply.searched) == (Decimal("0.006"), True)

"""SerpApi's SDK against the sample engines."""

import re

import pytest
import serpapi

from brands.sample_engines import Fault, market


def search(client, question=market.WATERPROOF.text, **options):
    return client.search({"engine": "google", "q": question, "no_cache": "true", **options})


def test_an_inline_overview_has_blocks_and_references_that_fit(engines, clients):
    client = clients(engines).serpapi()
    overviews = [search(client)["ai_overview"] for _ in range(24)]
    blocks = [block for overview in overviews for block in overview["text_blocks"]]

    assert {block["type"] for block in blocks} == {"paragraph", "heading", "list", "table"}
    lists = [item for block in blocks if block["type"] == "list" for item in block["list"]]
    assert any("list" in item for item in lists)
    assert any(item.get("title", "").startswith("1. ") for item in lists)
    for overview in overviews:
        used = {index for block in overview["text_blocks"] for index in block.get("reference_indexes", ())}
        assert used <= {reference["index"] for reference in overview["references"]}
        assert not re.search(r"\[\[[a-z]", str(overview))
        assert "**" not in str(overview)


def test_a_deferred_overview_comes_with_its_token_and_is_charged_twice(engines, clients):
    client = clients(engines).serpapi()
    first = search(client, market.TOURING.text)["ai_overview"]
    assert "text_blocks" not in first
    second = client.search({"engine": "google_ai_overview", "page_token": first["page_token"]})
    assert second["ai_overview"]["text_blocks"]
    assert set(second) == {"search_metadata", "search_parameters", "ai_overview"}
    assert [(call.question, call.n) for call in engines.calls] == [(market.TOURING.text, 1)] * 2


def test_a_token_that_nobody_gave_out_is_refused(engines, clients):
    with pytest.raises(serpapi.HTTPError):
        clients(engines).serpapi().search({"engine": "google_ai_overview", "page_token": "made-up"})
    assert engines.calls == []


def test_an_absent_overview_is_a_missing_key_or_an_error_text(engines, clients):
    client = clients(engines).serpapi()
    assert "ai_overview" not in search(client, market.PRICE.text)
    assert search(client, market.DURABILITY.text)["ai_overview"] == {
        "error": "An AI Overview is not available for this search"
    }


def test_an_overview_can_be_asked_to_come_later(engines, clients):
    engines.faults.set("serpapi", Fault("try_later", times=1))
    client = clients(engines).serpapi()
    assert "Try again later" in search(client)["ai_overview"]["error"]
    assert "text_blocks" in search(client)["ai_overview"]


def test_another_questions_overview_sits_in_the_related_questions(engines, clients):
    related = search(clients(engines).serpapi(), market.PRICE.text)["related_questions"]
    assert [question["ai_overview"]["text_blocks"] for question in related if "ai_overview" in question]


def test_without_no_cache_an_answer_is_repeated_free_of_charge(engines, clients):
    client = clients(engines).serpapi()
    first = search(client, no_cache="false")
    assert search(client, no_cache="false").as_dict() == first.as_dict()
    assert len(engines.calls) == 1
    search(client)
    assert len(engines.calls) == 2


def test_the_key_never_comes_back(engines, clients):
    assert "sample-key" not in str(search(clients(engines).serpapi()).as_dict())


def test_a_wrong_key_is_refused_as_serpapi_does(engines, clients):
    with pytest.raises(serpapi.HTTPError) as caught:
        search(clients(engines, "wrong-key").serpapi())
    assert caught.value.status_code == 401
    assert caught.value.error.startswith("Invalid API key")

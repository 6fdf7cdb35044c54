"""Perplexity's SDK against the sample engines."""

import re

import openai
import perplexity
import pytest

from brands.sample_engines import market


def ask(client, question=market.WATERPROOF.text):
    return client.responses.create(model="perplexity/sonar", input=question, tools=[{"type": "web_search"}])


def batches(answer):
    return [item for item in answer.output if item.type == "search_results"]


def test_marks_in_the_text_are_numbers_of_results(engines, clients):
    client = clients(engines).perplexity()
    answers = [ask(client) for _ in range(12)]
    marked = 0
    for answer in answers:
        ids = [result.id for batch in batches(answer) for result in batch.results]
        marks = [int(number) for number in re.findall(r"\[(?:web:)?(\d+)\]", answer.output_text)]
        assert ids == list(range(1, len(ids) + 1))
        assert set(marks) <= set(ids)
        marked += len(marks)
    assert marked > 5
    assert {len(batches(answer)) for answer in answers} == {1, 2}
    assert any("[web:" in answer.output_text for answer in answers)


def test_the_bill_is_the_sum_of_its_parts(engines, clients):
    cost = ask(clients(engines).perplexity()).usage.cost
    assert cost.total_cost == pytest.approx(cost.input_cost + cost.output_cost + cost.tool_calls_cost)
    assert cost.total_cost > 0.0025


def test_the_reply_is_labelled_as_a_sample(engines, clients):
    assert ask(clients(engines).perplexity()).model == "sample-sonar-1"


def test_one_question_is_refused(engines, clients):
    assert "I can't help" in ask(clients(engines).perplexity(), market.DURABILITY.text).output_text


def test_a_wrong_key_is_refused_as_perplexity_does(engines, clients):
    with pytest.raises(perplexity.AuthenticationError) as caught:
        ask(clients(engines, "wrong-key").perplexity())
    assert caught.value.body["error"]["code"] == 401


def test_openais_sdk_reads_the_same_route(engines):
    url = engines.environment()["PERPLEXITY_BASE_URL"] + "/v1"
    with openai.OpenAI(api_key="sample-key", base_url=url, max_retries=0) as client:
        assert client.responses.create(model="perplexity/sonar", input="Who mends bags?").output_text

"""OpenAI's SDK against the sample engines."""

import httpx
import openai
import pytest

from brands.sample_engines import market

SEARCH = {"tools": [{"type": "web_search"}], "include": ["web_search_call.action.sources"]}


def ask(client, question=market.WATERPROOF.text, **options):
    return client.responses.create(model="any", input=question, **{**SEARCH, **options})


def of_type(response, kind):
    return [item for item in response.output if item.type == kind]


def test_an_answer_cites_its_pages_at_the_right_places(engines, clients):
    client = clients(engines).openai()
    answers = [ask(client) for _ in range(8)]
    parts = [of_type(answer, "message")[0].content[0] for answer in answers]
    cited = [(part.text[note.start_index : note.end_index], note) for part in parts for note in part.annotations]

    assert len(cited) > 5
    for said, note in cited:
        assert note.url in said
        assert said.startswith("([")
        assert "utm_source=openai" in note.url
        assert note.title
    assert {answer.model for answer in answers} == {"sample-gpt-1"}
    assert all(answer.usage.total_tokens > 0 and answer.status == "completed" for answer in answers)


def test_a_search_names_its_query_and_its_sources(engines, clients):
    answer = ask(clients(engines).openai())
    searches = [call.action for call in of_type(answer, "web_search_call") if call.action.type == "search"]
    assert len(searches) == 1
    assert searches[0].query == market.WATERPROOF.text.rstrip("?")
    assert len(searches[0].sources) == 6


def test_without_the_tool_there_is_no_search_and_no_citation(engines, clients):
    answer = ask(clients(engines).openai(), tools=[])
    assert not of_type(answer, "web_search_call")
    assert not of_type(answer, "message")[0].content[0].annotations
    assert "[[" not in answer.output_text


def test_an_answer_may_have_searched_and_cite_nothing(engines, clients):
    client = clients(engines).openai()
    answers = [ask(client) for _ in range(40)]
    silent = [answer for answer in answers if not of_type(answer, "message")[0].content[0].annotations]
    assert 0 < len(silent) < len(answers)


def test_one_question_gets_an_empty_answer(engines, clients):
    answer = ask(clients(engines).openai(), market.RECYCLED.text)
    assert answer.output_text == ""


def test_a_message_list_is_understood_too(engines, clients):
    content = [{"type": "input_text", "text": "Who mends bags?"}]
    ask(clients(engines).openai(), [{"role": "user", "content": content}])
    assert [call.question for call in engines.calls] == ["Who mends bags?"]


def test_an_unknown_question_gets_an_answer_that_says_it_is_a_sample(engines, clients):
    assert "sample answer" in ask(clients(engines).openai(), "Who won the cup?").output_text


def test_a_wrong_key_is_refused_as_openai_does(engines, clients):
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(clients(engines, "wrong-key").openai())
    assert caught.value.code == "invalid_api_key"
    assert engines.calls == []


def test_a_missing_key_is_refused(engines):
    url = engines.environment()["OPENAI_BASE_URL"] + "/responses"
    assert httpx.post(url, json={"model": "any", "input": "Why?"}).status_code == 401


def test_a_request_without_an_input_is_refused(engines, clients):
    with pytest.raises(openai.BadRequestError):
        ask(clients(engines).openai(), "")


def test_chat_completions_answer_with_annotations_and_usage(engines, clients):
    client = clients(engines).openai()
    messages = [{"role": "user", "content": market.REPAIR.text}]
    answers = [client.chat.completions.create(model="sample-model", messages=messages) for _ in range(5)]
    for answer in answers:
        message = answer.choices[0].message
        for note in message.annotations:
            place = slice(note.url_citation.start_index, note.url_citation.end_index)
            assert note.url_citation.url in message.content[place]
        assert answer.usage.total_tokens > 0
        assert answer.model == "sample-model"
    assert sum(len(answer.choices[0].message.annotations) for answer in answers) > 3
    assert {call.provider for call in engines.calls} == {"openai_compatible"}

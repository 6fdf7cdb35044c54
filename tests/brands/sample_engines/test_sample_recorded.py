"""Recorded bodies in place of samples."""

import json

import httpx
import pytest

ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "model": "recorded", "output": []}
OVERVIEW = {"search_metadata": {"id": "2"}, "ai_overview": {"text_blocks": [{"type": "paragraph", "snippet": "Two."}]}}
DEFERRED = {"search_metadata": {"id": "1"}, "search_information": {}, "ai_overview": {"page_token": "t"}}


@pytest.fixture
def write(tmp_path):
    def write(**files):
        for place, data in files.items():
            provider, _, name = place.partition("__")
            (tmp_path / provider).mkdir(exist_ok=True)
            (tmp_path / provider / f"{name}.json").write_text(json.dumps(data, indent=3))
        return tmp_path

    return write


def ask(engines, path="/openai/v1/responses"):
    body = {"model": "any", "input": "Why?", "messages": [{"role": "user", "content": "Why?"}]}
    return httpx.post(engines.url + path, json=body, headers={"Authorization": "Bearer sample-key"})


def search(engines, **parameters):
    return httpx.get(engines.url + "/serpapi/search", params={"api_key": "sample-key", "q": "Why?", **parameters})


def test_files_are_served_in_turn_byte_for_byte(start, write):
    folder = write(openai__b={**ANSWER, "id": "b"}, openai__a=ANSWER)
    engines = start(recorded=folder)
    replies = [ask(engines) for _ in range(3)]
    assert [reply.headers["x-recorded-file"] for reply in replies] == ["a.json", "b.json", "a.json"]
    assert replies[0].content == (folder / "openai" / "a.json").read_bytes()
    assert [call.question for call in engines.calls] == ["Why?"] * 3


def test_a_single_file_is_served_to_the_provider_it_is_for(start, write):
    file = write(anywhere__answer=ANSWER) / "anywhere" / "answer.json"
    engines = start(recorded=file, recorded_as="openai")
    assert ask(engines).json() == ANSWER
    assert ask(engines, "/perplexity/v1/responses").status_code == 404


def test_a_folder_of_files_serves_every_provider(start, write):
    engines = start(recorded=write(flat__answer=ANSWER) / "flat")
    assert ask(engines).json() == ask(engines, "/perplexity/v1/responses").json() == ANSWER


def test_chat_completions_come_from_openrouters_folder(start, write):
    engines = start(recorded=write(openrouter__chat={"choices": []}, openai__answer=ANSWER))
    assert ask(engines, "/openai/v1/chat/completions").json() == {"choices": []}


def test_a_file_can_be_chosen(start, write):
    engines = start(recorded=write(openai__a=ANSWER, openai__b={**ANSWER, "id": "b"}))
    assert httpx.post(engines.url + "/_control", json={"provider": "openai", "file": "b.json"}).status_code == 200
    assert [ask(engines).json()["id"] for _ in range(2)] == ["b", "b"]
    assert httpx.post(engines.url + "/_control", json={"provider": "openai", "file": "c.json"}).status_code == 400


def test_recorded_errors_keep_their_status(start, write):
    errors = [{"status": 429, "body": {"error": "slow down"}}, {"status": 500, "body": {"error": "oh"}}]
    engines = start(recorded=write(openai__error_bare={"error": {"message": "no"}}, openai__errors_list=errors))
    replies = [ask(engines) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [400, 429, 500]
    assert replies[1].json() == {"error": "slow down"}
    assert engines.calls == []


def test_the_page_token_leads_to_the_second_half(start, write):
    engines = start(recorded=write(serpapi__a_deferred=DEFERRED, serpapi__b_second=OVERVIEW))
    for _ in range(2):
        assert search(engines, engine="google").json() == DEFERRED
        assert search(engines, engine="google_ai_overview", page_token="t").json() == OVERVIEW


def test_a_second_half_is_known_by_its_name_too(start, write):
    engines = start(recorded=write(serpapi__a=DEFERRED, serpapi__b_after_page_token={"ai_overview": {}, "more": 1}))
    assert search(engines, engine="google_ai_overview", page_token="t").json()["more"] == 1
    assert search(engines, engine="google").json() == DEFERRED


def test_a_recorded_snapshot_is_delivered_when_it_is_ready(start, write):
    engines = start(recorded=write(brightdata__snapshot=[{"answer_text": "Recorded."}]), polls=1)
    with httpx.Client(base_url=engines.url, headers={"Authorization": "Bearer sample-key"}) as client:
        url = "/brightdata/datasets/v3/trigger?dataset_id=gd_sample"
        snapshot_id = client.post(url, json=[{"prompt": "Why?"}]).json()["snapshot_id"]
        looks = [client.get(f"/brightdata/datasets/v3/snapshot/{snapshot_id}") for _ in range(2)]
    assert looks[0].status_code == 202
    assert looks[1].json() == [{"answer_text": "Recorded."}]
    assert looks[1].headers["x-recorded-file"] == "snapshot.json"


def test_a_provider_without_recorded_bodies_says_so(start, write):
    reply = ask(start(recorded=write(openai__answer=ANSWER)), "/perplexity/v1/responses")
    assert reply.status_code == 404
    assert "no recorded body for perplexity" in reply.json()["error"]["message"]


def test_a_body_that_is_not_json_is_served_as_it_is(start, tmp_path):
    (tmp_path / "broken.json").write_text('{"half": ')
    assert ask(start(recorded=tmp_path)).text == '{"half": '


def test_a_folder_that_is_not_there_is_refused(start, tmp_path):
    with pytest.raises(FileNotFoundError):
        start(recorded=tmp_path / "nowhere")

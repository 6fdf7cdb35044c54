"""Bright Data's plain HTTP against the sample engines."""

import pytest

from brands.sample_engines import Fault, market


def trigger(client, prompt=market.WATERPROOF.text):
    body = [{"url": "https://chatgpt.com/", "prompt": prompt, "country": "US"}]
    return client.post("/datasets/v3/trigger", params={"dataset_id": "gd_sample"}, json=body)


def collect(client, prompt=market.WATERPROOF.text):
    snapshot_id = trigger(client, prompt).json()["snapshot_id"]
    for _ in range(4):
        response = client.get(f"/datasets/v3/snapshot/{snapshot_id}", params={"format": "json"})
    [record] = response.json()
    return record


def test_a_snapshot_is_running_for_two_looks_and_then_ready(engines, clients):
    client = clients(engines).brightdata()
    snapshot_id = trigger(client).json()["snapshot_id"]
    looks = [client.get(f"/datasets/v3/progress/{snapshot_id}").json()["status"] for _ in range(3)]
    assert looks == ["running", "running", "ready"]
    assert client.get(f"/datasets/v3/snapshot/{snapshot_id}").json()[0]["answer_text"]


def test_a_snapshot_that_is_not_ready_answers_202(start, clients):
    client = clients(start(polls=1)).brightdata()
    snapshot_id = trigger(client).json()["snapshot_id"]
    assert client.get(f"/datasets/v3/snapshot/{snapshot_id}").status_code == 202
    assert client.get(f"/datasets/v3/snapshot/{snapshot_id}").status_code == 200


def test_a_record_tells_cited_pages_from_those_that_were_only_found(start, clients):
    client = clients(start(polls=0)).brightdata()
    records = [record for record in (collect(client) for _ in range(10)) if "answer_text" in record]
    for record in records:
        cited = [citation["url"] for citation in record["citations"] if citation["cited"]]
        assert cited == [link["url"] for link in record["links_attached"]]
        assert len(record["search_sources"]) == 6
        assert "**" not in record["answer_text"]
    marks = {citation["cited"] for record in records for citation in record["citations"]}
    assert marks == {True, False}
    assert {record["model"] for record in records} == {"sample-gpt-1-web"}


def test_a_record_may_hold_only_an_error(start, clients):
    client = clients(start(polls=0, faults={"brightdata": Fault("record_error")})).brightdata()
    record = collect(client)
    assert record["error"]
    assert "answer_text" not in record


def test_only_the_trigger_is_charged(start, clients):
    engines = start(polls=0)
    collect(clients(engines).brightdata())
    assert len(engines.calls) == 1


def test_an_unknown_snapshot_is_not_found(engines, clients):
    assert clients(engines).brightdata().get("/datasets/v3/snapshot/s_none").status_code == 404


@pytest.mark.parametrize("body", [[], [{"prompt": ""}], {"input": 7}, "text"])
def test_a_trigger_without_a_prompt_is_refused(engines, clients, body):
    client = clients(engines).brightdata()
    response = client.post("/datasets/v3/trigger", params={"dataset_id": "gd_sample"}, json=body)
    assert response.status_code == 400


def test_a_wrong_key_is_refused(engines, clients):
    assert trigger(clients(engines, "wrong-key").brightdata()).status_code == 401

"""What the server can do wrong on purpose."""

import gzip
import json
import time

import httpx
import openai
import pytest

from brands.sample_engines import Fault
from brands.sample_engines.faults import BOMB_BYTES, MODES, ONE_PROVIDER

BODY = {"model": "any", "input": "Who mends bags?", "tools": [{"type": "web_search"}]}


def ask(engines, timeout=10.0):
    url = engines.environment()["OPENAI_BASE_URL"] + "/responses"
    headers = {"Authorization": "Bearer sample-key", "Accept-Encoding": "identity"}
    return httpx.post(url, json=BODY, headers=headers, timeout=timeout)


def with_fault(start, mode, **options):
    return start(faults={"openai": Fault(mode, **options)})


def text_of(response):
    return response.json()["output"][-1]["content"][0]["text"]


@pytest.mark.parametrize("mode", ["400", "401", "402", "403", "404", "429", "500", "503"])
def test_a_status_comes_in_the_vendors_shape_and_costs_nothing(start, mode):
    engines = with_fault(start, mode)
    response = ask(engines)
    assert response.status_code == int(mode)
    assert response.json()["error"]["message"]
    assert engines.calls == []


@pytest.mark.parametrize("provider", ["perplexity", "serpapi", "brightdata"])
def test_each_provider_words_its_errors_itself(start, clients, provider):
    made = clients(start(faults={provider: Fault("insufficient_quota")}))
    body = {"model": "any", "input": "Why?"}
    match provider:
        case "perplexity":
            response = httpx.post(
                made.environment["PERPLEXITY_BASE_URL"] + "/v1/responses",
                json=body,
                headers={"Authorization": "Bearer sample-key"},
            )
            assert (response.status_code, response.json()["error"]["type"]) == (429, "insufficient_quota")
        case "serpapi":
            url = made.environment["SERPAPI_BASE_URL"] + "/search.json"
            response = httpx.get(url, params={"q": "Why?", "api_key": "sample-key"})
            assert (response.status_code, response.json()["error"]) == (429, "Your account has run out of searches.")
        case _:
            response = made.brightdata().post("/datasets/v3/trigger", params={"dataset_id": "gd_sample"}, json=[])
            assert (response.status_code, response.json()["error"]) == (402, "Account is suspended")


@pytest.mark.parametrize("text", ["7", "Fri, 31 Dec 2060 23:59:59 GMT", "soon"])
def test_retry_after_is_sent_as_it_was_set(start, text):
    assert ask(with_fault(start, "429", retry_after=text)).headers["retry-after"] == text


def test_no_money_left_is_not_the_same_as_too_many_requests(start, clients):
    engines = with_fault(start, "insufficient_quota")
    with pytest.raises(openai.RateLimitError) as caught:
        clients(engines).openai().responses.create(**BODY)
    assert caught.value.code == "insufficient_quota"


def test_a_fault_ends_after_its_times(start):
    engines = with_fault(start, "503", times=2)
    assert [ask(engines).status_code for _ in range(4)] == [503, 503, 200, 200]


def test_the_sdks_own_retries_are_seen_as_requests(start, clients):
    engines = with_fault(start, "503", times=1)
    assert clients(engines).openai(max_retries=2).responses.create(**BODY).output_text
    assert len(engines.calls) == 1


def test_a_fault_can_be_set_over_http(engines):
    wish = {"provider": "openai", "mode": "429", "retry_after": "7", "times": 1}
    assert httpx.post(engines.url + "/_control", json=wish).status_code == 200
    assert ask(engines).status_code == 429
    assert ask(engines).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        None,
        {},
        {"provider": "openai"},
        {"provider": "openai", "mode": "sleepy"},
        {"provider": "nobody", "mode": "429"},
        {"provider": "openai", "mode": "429", "times": 0},
        {"provider": "openai", "mode": "429", "retry_after": 7},
        {"provider": "openai", "mode": "deferred"},
        {"provider": "openai", "file": "answer.json"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(engines, wish):
    response = httpx.post(engines.url + "/_control", json=wish)
    assert response.status_code == 400
    assert response.json()["error"].startswith("The wish cannot be granted")


def test_a_fault_at_a_path_leaves_other_paths_alone(start, clients):
    client = clients(start(polls=0, faults={"brightdata": Fault("500", at="snapshot")})).brightdata()
    body = [{"url": "https://chatgpt.com/", "prompt": "Why?"}]
    snapshot_id = client.post("/datasets/v3/trigger", params={"dataset_id": "gd_sample"}, json=body).json()
    assert client.get(f"/datasets/v3/progress/{snapshot_id['snapshot_id']}").status_code == 200
    assert client.get(f"/datasets/v3/snapshot/{snapshot_id['snapshot_id']}").status_code == 500


@pytest.mark.parametrize("mode", ["hang", "hang_charged"])
def test_a_hanging_call_gives_no_reply_and_ends_with_the_server(start, mode):
    engines = with_fault(start, mode)
    with pytest.raises(httpx.ReadTimeout):
        ask(engines, timeout=0.3)
    assert len(engines.calls) == (mode == "hang_charged")
    began = time.monotonic()
    engines.close()
    assert time.monotonic() - began < 2


def test_a_dripping_body_comes_a_byte_a_second(start):
    engines = with_fault(start, "drip")
    url = engines.environment()["OPENAI_BASE_URL"] + "/responses"
    headers = {"Authorization": "Bearer sample-key"}
    with httpx.stream("POST", url, json=BODY, headers=headers, timeout=3) as response:
        began = time.monotonic()
        assert next(response.iter_raw(1)) == b"{"
        assert 0.9 < time.monotonic() - began < 2.5
        assert int(response.headers["content-length"]) > 1000


def test_half_a_json_is_a_whole_body_that_cannot_be_read(start):
    response = ask(with_fault(start, "half_json"))
    assert response.status_code == 200
    with pytest.raises(ValueError):
        response.json()


def test_a_truncated_body_ends_before_its_length(start):
    with pytest.raises(httpx.RemoteProtocolError):
        ask(with_fault(start, "truncated"))


def test_html_comes_as_html(start):
    response = ask(with_fault(start, "html"))
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_nothing_is_an_empty_200(start):
    response = ask(with_fault(start, "nothing"))
    assert (response.status_code, response.content) == (200, b"")


def test_a_wrong_shape_is_json_all_the_same(start):
    assert ask(with_fault(start, "wrong_shape")).json()["output"] == "none"


def test_nul_puts_what_no_database_takes_into_the_text(start):
    text = text_of(ask(with_fault(start, "nul")))
    assert "\x00" in text
    assert "\ud800" in text


def test_big_is_more_than_ten_megabytes_of_text(start):
    assert len(text_of(ask(with_fault(start, "big")))) >= 10_000_000


def test_a_gzip_bomb_is_small_until_it_is_opened(start):
    engines = with_fault(start, "gzip_bomb")
    url = engines.environment()["OPENAI_BASE_URL"] + "/responses"
    headers = {"Authorization": "Bearer sample-key"}
    with httpx.stream("POST", url, json=BODY, headers=headers, timeout=10) as response:
        packed = b"".join(response.iter_raw())
    assert len(packed) < 200_000
    body = gzip.decompress(packed)
    assert len(body) >= BOMB_BYTES
    assert json.loads(body) == {}


def test_a_redirect_leads_to_a_place_that_tells_who_followed(start):
    engines = with_fault(start, "redirect")
    response = ask(engines)
    assert response.status_code == 307
    assert engines.redirected == []
    httpx.get(response.headers["location"])
    assert engines.redirected == ["/_redirected"]


@pytest.mark.parametrize(("mode", "text"), [("refused", "I can't help"), ("placeholder", "No response")])
def test_a_text_can_be_no_answer_at_all(start, mode, text):
    part = ask(with_fault(start, mode)).json()["output"][-1]["content"][0]
    assert text in (part.get("text") or part.get("refusal"))


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode not in {"hang", "hang_charged", "drip", "truncated"}])
def test_no_mode_breaks_the_server(start, mode):
    provider = ONE_PROVIDER.get(mode, "openai")
    engines = start(faults={provider: Fault(mode, times=1)})
    ask(engines)
    assert ask(engines).status_code == 200

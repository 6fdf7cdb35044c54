import time
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from brands.collector import Question, ReplyStatus, StillWaiting
from brands.collectors.brightdata import (
    BrightData,
    BrightDataAIMode,
    BrightDataCopilot,
    BrightDataGemini,
    BrightDataGrok,
    BrightDataPerplexity,
)
from jobs.errors import InvalidReply, Unauthorized, Unavailable
from tests.brands.collectors.serving import KEY, QUESTION, ask, made, requests
from tests.contracts.bodies import ANSWER, AURORA, FORUM, REVIEW, brightdata, brightdata_plain

TAKEN = {"snapshot_id": "s_5"}
READY = {"snapshot_id": "s_5", "status": "ready"}


def running(status: str) -> dict[str, str]:
    return {"snapshot_id": "s_5", "status": status}


def refused(status: int) -> Response:
    return Response('{"error": "no"}', status, content_type="application/json")


def test_the_question_is_handed_in_watched_and_fetched(httpserver: HTTPServer) -> None:
    question = Question("Which machine?", "CH")
    ask(
        BrightData,
        httpserver,
        TAKEN,
        running("starting"),
        running("building"),
        READY,
        brightdata(ANSWER),
        question=question,
    )
    trigger, *looks, snapshot = requests(httpserver)
    assert (trigger.method, trigger.path) == ("POST", "/v1/datasets/v3/trigger")
    assert trigger.args["dataset_id"] == "gd_m7aof0k82r803d5bjm"
    assert trigger.headers["Authorization"] == f"Bearer {KEY}"
    assert trigger.get_json() == [
        {"url": "https://chatgpt.com/", "prompt": "Which machine?", "web_search": True, "country": "CH"}
    ]
    assert [look.path for look in looks] == ["/v1/datasets/v3/progress/s_5"] * 3
    assert (snapshot.path, snapshot.args["format"]) == ("/v1/datasets/v3/snapshot/s_5", "json")


def test_each_citation_keeps_its_own_flag(httpserver: HTTPServer) -> None:
    reply = ask(BrightData, httpserver, TAKEN, READY, brightdata(ANSWER))
    assert [(page.url, page.cited) for page in reply.citations] == [(AURORA, True), (REVIEW, False)]
    assert [(page.url, page.cited) for page in reply.consulted] == [(FORUM, False)]


def test_links_in_the_text_are_cited_where_the_record_lists_no_citations(httpserver: HTTPServer) -> None:
    record = brightdata(ANSWER)[0] | {"citations": None}
    reply = ask(BrightData, httpserver, TAKEN, READY, [record])
    assert reply.citations == ()
    assert [(page.url, page.cited) for page in reply.consulted] == [(AURORA, True), (FORUM, False)]


def test_a_trigger_that_says_no_is_not_believed_where_sources_say_yes(httpserver: HTTPServer) -> None:
    assert ask(BrightData, httpserver, TAKEN, READY, brightdata(ANSWER)).searched is True


def test_plain_text_stands_in_for_missing_markdown(httpserver: HTTPServer) -> None:
    record = brightdata(ANSWER)[0] | {"answer_text_markdown": None, "answer_text": "Aurora."}
    assert ask(BrightData, httpserver, TAKEN, READY, [record]).text == "Aurora."


def test_a_task_is_bought_once_however_often_a_look_fails(httpserver: HTTPServer) -> None:
    reply = ask(
        BrightData, httpserver, TAKEN, refused(503), refused(500), READY, refused(503), READY, brightdata(ANSWER)
    )
    assert reply.status is ReplyStatus.ANSWERED
    assert sum(request.method == "POST" for request in requests(httpserver)) == 1


@pytest.mark.parametrize("late", [Response("not ready", 202), {"status": "running", "message": "try again in 10s"}])
def test_a_snapshot_that_is_not_ready_is_looked_at_again(late: Any, httpserver: HTTPServer) -> None:
    assert ask(BrightData, httpserver, TAKEN, READY, late, READY, brightdata(ANSWER)).text == ANSWER


def test_a_task_that_takes_too_long_is_still_waiting(httpserver: HTTPServer) -> None:
    started = time.monotonic()
    with pytest.raises(StillWaiting, match="s_5") as caught:
        ask(BrightData, httpserver, TAKEN, running("running"), timeout=0.2)
    assert caught.value.retryable
    assert time.monotonic() - started < 2


def test_no_look_before_the_time_that_the_service_asks_for(httpserver: HTTPServer) -> None:
    later = Response('{"error": "slow down"}', 429, {"Retry-After": "60"}, content_type="application/json")
    with pytest.raises(StillWaiting) as caught:
        ask(BrightData, httpserver, TAKEN, later, timeout=1)
    assert caught.value.retry_after == 60
    assert len(httpserver.log) == 2


def test_a_refused_key_ends_the_waiting(httpserver: HTTPServer) -> None:
    with pytest.raises(Unauthorized):
        ask(BrightData, httpserver, TAKEN, refused(401))


@pytest.mark.parametrize(
    "body",
    [
        [{"error": "Crawler error", "error_code": "crawl_failed", "input": {}}],
        {"error": "Crawler error"},
        {"status": "failed"},
        [{"timestamp": "2026-01-01"}],
        {"timestamp": "2026-01-01"},
        [None, 7],
    ],
)
def test_a_record_without_an_answer_is_no_answer(body: Any, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply):
        ask(BrightData, httpserver, TAKEN, READY, body)


def test_an_empty_snapshot_is_empty(httpserver: HTTPServer) -> None:
    assert ask(BrightData, httpserver, TAKEN, READY, []).status is ReplyStatus.EMPTY


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_task_that_failed_says_why(state: str, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply, match=r"the page did not load"):
        ask(BrightData, httpserver, TAKEN, running(state) | {"error_message": "the page did not load"})


@pytest.mark.parametrize("task_id", ["../account", "", None, 5, "a b"])
def test_a_task_id_that_is_no_id_never_becomes_a_path(task_id: Any, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidReply):
        ask(BrightData, httpserver, {"snapshot_id": task_id})
    assert len(httpserver.log) == 1


def test_another_process_can_wait_for_a_task(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/datasets/v3/progress/s_5").respond_with_json(READY)
    httpserver.expect_request("/v1/datasets/v3/snapshot/s_5").respond_with_json(brightdata(ANSWER))
    provider = made(BrightData, httpserver)
    assert isinstance(provider, BrightData)
    assert provider.wait("s_5", QUESTION).text == ANSWER


@pytest.mark.parametrize(
    ("cls", "dataset", "url"),
    [
        (BrightDataPerplexity, "gd_m7dhdot1vw9a7gc1n", "https://www.perplexity.ai/"),
        (BrightDataAIMode, "gd_mcswdt6z2elth3zqr2", "https://google.com/aimode"),
        (BrightDataGemini, "gd_mbz66arm2mf9cu856y", "https://gemini.google.com/"),
        (BrightDataCopilot, "gd_m7di5jy6s9geokz8w", "https://copilot.microsoft.com/chats"),
    ],
)
def test_each_engine_has_a_scraper_of_its_own(cls: Any, dataset: str, url: str, httpserver: HTTPServer) -> None:
    question = Question("Which machine?", "CH", "de-CH")
    reply = ask(cls, httpserver, TAKEN, READY, brightdata_plain(ANSWER), question=question)
    trigger = requests(httpserver)[0]
    assert trigger.args["dataset_id"] == dataset
    assert trigger.get_json() == [{"url": url, "prompt": "Which machine?", "country": "CH"}]
    assert (reply.country_honoured, reply.locale_honoured) == (True, False)


def test_grok_is_asked_from_nowhere_in_particular(httpserver: HTTPServer) -> None:
    body = brightdata_plain(ANSWER)
    reply = ask(BrightDataGrok, httpserver, TAKEN, READY, body, question=Question("Which machine?", "CH"))
    assert requests(httpserver)[0].get_json() == [{"url": "https://grok.com/", "prompt": "Which machine?"}]
    assert reply.country_honoured is False


def test_sources_stand_in_for_citations(httpserver: HTTPServer) -> None:
    reply = ask(BrightDataPerplexity, httpserver, TAKEN, READY, brightdata_plain(ANSWER))
    assert [(page.url, page.title, page.cited) for page in reply.citations] == [(AURORA, "Aurora Office", True)]


def test_bare_addresses_are_citations_too(httpserver: HTTPServer) -> None:
    record = brightdata_plain(ANSWER)[0] | {"citations": [AURORA, None, {"title": "no address"}]}
    assert [page.url for page in ask(BrightDataGrok, httpserver, TAKEN, READY, [record]).citations] == [AURORA]


@pytest.mark.parametrize("part", ["answer_text", "answer_html"])
def test_markup_in_place_of_text_becomes_text(part: str, httpserver: HTTPServer) -> None:
    record = {part: "<div><p>For a small office, <b>Aurora</b> &amp; co.</p><ul><li>Borealis</li></ul></div>"}
    reply = ask(BrightDataPerplexity, httpserver, TAKEN, READY, [record])
    assert reply.text == "For a small office, Aurora & co.\nBorealis"


def test_the_whole_page_of_chatgpt_is_no_answer(httpserver: HTTPServer) -> None:
    record = brightdata(ANSWER)[0] | {"answer_text_markdown": "", "answer_text": "", "answer_html": "<p>Sign up</p>"}
    assert ask(BrightData, httpserver, TAKEN, READY, [record]).status is ReplyStatus.EMPTY


SINCE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def find(httpserver: HTTPServer, tasks: Any, **snapshots: Any) -> str | None:
    """Look for the task of QUESTION; `snapshots` are what its candidates deliver."""
    httpserver.expect_request("/v1/datasets/v3/snapshots").respond_with_json(tasks)
    for task_id, body in snapshots.items():
        path = f"/v1/datasets/v3/snapshot/{task_id}"
        if body is None:
            httpserver.expect_request(path).respond_with_json({"status": "running"}, 202)
        else:
            httpserver.expect_request(path).respond_with_json(body)
    provider = made(BrightData, httpserver)
    assert isinstance(provider, BrightData)
    return provider.find(QUESTION, SINCE, {"s_known"})


def task(task_id: str, created: str = "2026-11-22T12:00:05Z") -> dict[str, str]:
    return {"id": task_id, "created": created, "status": "ready"}


def record(prompt: str) -> Any:
    return [{"input": {"prompt": prompt}, "answer_text": "Aurora."}]


def test_a_task_whose_id_was_lost_is_found_by_its_question(httpserver: HTTPServer) -> None:
    tasks = [task("s_known"), task("s_old", "2026-11-22T11:59:59Z"), task("s_other"), task("s_mine"), {"id": 7}]
    assert find(httpserver, tasks, s_other=record("Another?"), s_mine=record(QUESTION.text)) == "s_mine"


def test_a_question_that_never_arrived_has_no_task(httpserver: HTTPServer) -> None:
    assert find(httpserver, [task("s_other")], s_other=record("Another?")) is None


def test_a_task_that_is_not_ready_may_be_the_one(httpserver: HTTPServer) -> None:
    with pytest.raises(Unavailable, match="does not say yet"):
        find(httpserver, [task("s_mine")], s_mine=None)

"""The job types as a worker runs them: real providers against the sample engines."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from brands.limits import KNOWN
from brands.models import Answer, Brand, Citation, Score
from brands.sample_engines import SampleEngines
from brands.sample_engines.faults import Fault
from brands.scoring import answer_text
from jobs.dispatch import retry
from jobs.errors import InvalidOptions
from jobs.execution import execute
from jobs.job_type import job_types, parse_options
from jobs.models import JobRun
from tests.brands.factories import make_answer, make_brand, make_query, make_run

pytestmark = pytest.mark.django_db(transaction=True)
ALL = ["chatgpt", "google_aio", "perplexity", "local"]


@pytest.fixture
def brand() -> Brand:
    brand = make_brand()
    for text in ("Which coffee machine is best?", "Which coffee machine lasts longest?"):
        make_query(brand, text)
    return brand


def work(
    brand: Brand,
    job_type: str = "data_collection",
    *,
    max_attempts: int = 1,
    waits_for_tasks: bool = True,
    **options: Any,
) -> JobRun:
    run = make_run(brand, job_type, options=options, max_attempts=max_attempts)
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    while run.waiting_since and run.status == "pending" and waits_for_tasks:
        again(run)
    return run


def again(run: JobRun) -> JobRun:
    """The next attempt, or this one after it was put off, as if its time had come."""
    JobRun.objects.filter(pk=run.pk).update(available_at=timezone.now())
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    return run


def counts(run: JobRun) -> dict[str, int]:
    return {status: n for status in Answer.Status.values if (n := run.answers.filter(status=status).count())}


@pytest.mark.parametrize("parallel", [False, True])
def test_each_query_is_asked_of_each_collector_as_often_as_there_are_samples(brand, engines, parallel):
    run = work(brand, collectors=ALL, samples=2, parallel=parallel)
    assert (run.status, run.reason) == ("completed", "")
    assert run.answers.count() == 2 * 4 * 2 == run.metrics["answers_requested"] == run.done == run.total
    assert run.metrics["queries"] == 2
    assert sum(run.metrics[status] for status in ("answered", "empty", "absent", "refused", "failed")) == 16


def test_an_answer_keeps_where_it_came_from(brand, engines):
    run = work(brand, collectors=["perplexity"], country="CH")
    answer = run.answers.filter(status="answered").first()
    assert (answer.provider, answer.model_served, answer.cost_source) == ("perplexity", "sample-sonar-1", "billed")
    assert answer.country == "CH"
    assert answer.text in answer.raw.decode().encode().decode("unicode_escape", "replace") or answer.raw
    assert answer.cost_usd > 0
    assert answer.latency_ms is not None
    assert answer.query.text == answer.question


def test_a_page_behind_a_redirect_of_the_providers_is_kept_under_its_own_domain(brand, engines):
    work(brand, collectors=["gemini"], samples=3)
    pages = list(Citation.objects.all())
    assert pages
    assert all("vertexaisearch" in page.url for page in pages)
    assert all(page.domain.endswith(".example") for page in pages)
    assert all(page.canonical_url == f"https://{page.title}/" for page in pages)
    assert {page.url for page in answer_text(pages[0].answer).citations} <= {page.canonical_url for page in pages}


def test_inactive_queries_are_not_asked(brand, engines):
    brand.queries.filter(text__contains="lasts").update(is_active=False)
    assert work(brand, collectors=["local"]).metrics["answers_requested"] == 1


def test_a_brand_without_active_queries_ends_in_a_sentence(engines):
    run = work(make_brand())
    assert run.status == "failed"
    assert run.reason == "Aurora has no active query, so there is nothing to ask. Add one or activate one."


def test_a_brand_that_is_gone_ends_in_a_sentence(brand, engines):
    run = make_run(brand)
    brand.delete()
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.reason) == ("failed", "The brand of this job was deleted.")


@pytest.mark.parametrize("mode", ["401", "403", "402", "400", "html", "half_json", "nothing", "insufficient_quota"])
def test_a_provider_that_fails_for_good_fails_the_run_with_a_sentence(brand, engines, mode):
    engines.faults.set("perplexity", Fault(mode))
    run = work(brand, collectors=["perplexity"], max_attempts=3)
    assert (run.status, run.attempt, counts(run)) == ("failed", 1, {"failed": 2})
    assert run.reason.startswith("2 missing. ")
    assert "perplexity" in run.reason
    assert run.metrics["failed"] == 2
    assert not Score.objects.exists()


def test_one_collector_that_fails_makes_the_run_partial(brand, engines):
    engines.faults.set("perplexity", Fault("401"))
    run = work(brand, collectors=["perplexity", "local"])
    assert (run.status, counts(run)) == ("partial", {"answered": 2, "failed": 2})
    assert "perplexity" in run.reason


def test_what_may_pass_is_tried_again_and_only_what_is_missing_is_asked(brand, engines):
    engines.faults.set("perplexity", Fault("429", retry_after="30", times=1))
    run = work(brand, collectors=["perplexity", "local"], max_attempts=3)
    assert run.status == "pending"
    assert run.available_at > timezone.now() + timedelta(seconds=25)
    assert len(engines.calls) == 2, "after the refusal nobody asks perplexity before its time"
    KNOWN.clear()  # its time has come
    again(run)
    assert (run.status, run.attempt, counts(run).get("failed")) == ("completed", 2, None)
    assert len(engines.calls) == 4


def test_attempts_are_bounded(brand, engines):
    engines.faults.set("local", Fault("500")) if "local" in engines.faults._providers else None
    engines.faults.set("openai_compatible", Fault("500"))
    run = work(brand, collectors=["local"], max_attempts=2)
    assert run.status == "pending"
    again(run)
    assert (run.status, run.attempt, counts(run)) == ("failed", 2, {"failed": 2})


def test_a_persons_retry_asks_for_all_that_failed_and_keeps_the_rest(brand, engines):
    engines.faults.set("perplexity", Fault("401"))
    run = work(brand, collectors=["perplexity", "local"])
    kept = set(run.answers.filter(collector="local").values_list("pk", flat=True))
    engines.faults.set("perplexity", Fault("ok"))
    retry(run, "ada")
    again(run)
    assert run.status == "completed"
    assert set(run.answers.filter(collector="local").values_list("pk", flat=True)) == kept


def test_the_next_provider_of_the_chain_is_asked_and_the_answer_says_why(brand, engines, settings):
    settings.COLLECTORS = {"chatgpt": ["openai", "brightdata"]}
    engines.faults.set("openai", Fault("503"))
    run = work(brand, collectors=["chatgpt"])
    answer = run.answers.first()
    assert answer.provider == "brightdata"
    assert answer.failed_providers[0]["provider"] == "openai"
    assert "503" in answer.failed_providers[0]["error"]


def test_a_task_of_an_asynchronous_provider_is_resumed_and_never_bought_twice(brand, engines, settings):
    settings.COLLECTORS = {"chatgpt": ["brightdata"]}
    engines.faults.set("brightdata", Fault("503", at="progress"))
    run = work(brand, collectors=["chatgpt"], max_attempts=3, waits_for_tasks=False)
    assert (run.status, run.attempt, counts(run)) == ("pending", 0, {"waiting": 2})
    tasks = set(run.answers.values_list("provider_task_id", flat=True))
    engines.faults.set("brightdata", Fault("ok"))
    while run.status == "pending":
        again(run)
    assert (run.status, run.attempt) == ("completed", 1)
    assert set(run.answers.values_list("provider_task_id", flat=True)) == tasks
    assert len(engines.calls) == 2


def test_a_missing_key_is_told_by_the_name_of_its_variable(brand, settings):
    run = work(brand, collectors=["google_aio"])
    assert run.status == "failed"
    assert "SERPAPI_API_KEY" in run.reason


def test_a_cancelled_collection_stops_and_keeps_what_it_has(brand, settings):
    with SampleEngines(port=0, latency=0.3) as engines:
        entry = {"api_key": "sample-key", "base_url": engines.url + "/openai/v1", "model": "sample-model"}
        settings.PROVIDERS = settings.PROVIDERS | {"openai_compatible": entry}
        run = make_run(brand, options={"collectors": ["local"], "samples": 20})

        def cancel() -> None:
            time.sleep(1.5)
            JobRun.objects.get(pk=run.pk).cancel("ada")

        person = threading.Thread(target=lambda: (cancel(), connection.close()))
        person.start()
        execute(run.pk, worker="w1")
        person.join()
        charged = len(engines.calls)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert 0 < run.answers.count() < 40
    assert run.answers.count() == charged


@pytest.mark.parametrize("gone", ["brand", "customer"])
def test_a_brand_or_customer_that_is_deleted_while_its_answers_come_in_leaves_nothing_open(brand, settings, gone):
    with SampleEngines(port=0, latency=0.3) as engines:
        entry = {"api_key": "sample-key", "base_url": engines.url + "/openai/v1", "model": "sample-model"}
        settings.PROVIDERS = settings.PROVIDERS | {"openai_compatible": entry}
        run = make_run(brand, options={"collectors": ["local"], "samples": 20}, max_attempts=2)

        def delete() -> None:
            time.sleep(1.0)
            (brand if gone == "brand" else brand.customer).delete()
            connection.close()

        person = threading.Thread(target=delete)
        person.start()
        execute(run.pk, worker="w1")
        person.join()
    assert not Answer.objects.exists()
    if gone == "customer":
        assert not JobRun.objects.exists()
        return
    run.refresh_from_db()
    run = again(run) if run.is_open else run
    assert run.status == "failed"
    assert run.reason


def test_scoring_takes_every_answer_that_the_current_version_has_not_seen(brand):
    query = brand.queries.first()
    old = make_answer(query, "Aurora beats Borealis.", asked_at=timezone.now() - timedelta(days=90))
    make_answer(query, "I like Borealis.")
    make_answer(query, "", status="empty")
    run = work(brand, "scoring")
    assert run.metrics["answers_scored"] == 2
    assert run.metrics["positions_processed"] == 2
    mentions = Score.objects.filter(answer=old, scorer="mentions")
    assert {str(score.entity): score.measures["mention_count"] for score in mentions} == {"Aurora": 1, "Borealis": 1}
    assert work(brand, "scoring").metrics["answers_scored"] == 0


def test_scoring_since_a_day_leaves_out_what_is_older(brand):
    make_answer(brand.queries.first(), asked_at=timezone.now() - timedelta(days=90))
    make_answer(brand.queries.first())
    since = (timezone.now() - timedelta(days=1)).date().isoformat()
    assert work(brand, "scoring", since=since).metrics["answers_scored"] == 1


def test_the_limits_bound_what_one_run_reads_and_the_next_run_goes_on(brand):
    for _ in range(5):
        make_answer(brand.queries.first())
    first = work(brand, "scoring", positionLimit=3, sentimentLimit=2)
    assert first.metrics["positions_processed"] == 3
    assert first.metrics["sentiments_processed"]["brand"] == 2
    assert first.metrics["answers_left_unscored"] == 3
    second = work(brand, "scoring")
    assert second.metrics["positions_processed"] == 2
    assert second.metrics["sentiments_processed"]["brand"] == 3


def test_what_was_answered_is_scored_even_when_parts_failed(brand, engines):
    engines.faults.set("perplexity", Fault("401"))
    run = work(brand, "data_collection_and_scoring", collectors=["perplexity", "local"])
    assert run.status == "partial"
    assert run.metrics["answers_scored"] == 2
    assert run.metrics["failed"] == 2


@pytest.mark.parametrize(
    ("options", "field", "sentence"),
    [
        ({"collectors": ["askjeeves"]}, "collectors", "There is no collector “askjeeves”"),
        ({"collectors": []}, "collectors", "at least 1"),
        ({"samples": 0}, "samples", "greater than or equal to 1"),
        ({"country": "Switzerland"}, "country", "two letters"),
        ({"positionLimit": -1}, "positionLimit", "greater than or equal to 1"),
        ({"since": "yesterday"}, "since", "date"),
        ({"colour": "red"}, "colour", "There is no such option"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(options, field, sentence):
    with pytest.raises(InvalidOptions) as caught:
        parse_options("data_collection_and_scoring", options)
    assert any(name.startswith(field) and sentence in text for name, text in caught.value.problems.items())


def test_what_stands_in_the_way_is_told_before_a_run(settings):
    job_type = job_types.get("data_collection")()
    options = parse_options("data_collection", {"collectors": ["claude"]})
    assert job_type.check(make_brand().pk, options) == [
        "Aurora has no active query, so there is nothing to ask. Add one first.",
        "Set ANTHROPIC_API_KEY to ask claude through anthropic.",
    ]


def test_without_a_choice_those_collectors_are_asked_that_have_a_usable_provider(settings):
    settings.PROVIDERS = settings.PROVIDERS | {"xai": settings.PROVIDERS["xai"] | {"api_key": "xai-canary"}}
    assert parse_options("data_collection", {}).collectors == ["grok"]
    settings.PROVIDERS = settings.PROVIDERS | {"serpapi": settings.PROVIDERS["serpapi"] | {"api_key": "s-canary"}}
    chosen = parse_options("data_collection", {}).collectors
    assert chosen == ["bing_copilot", "google_ai_mode", "google_aio", "grok"]


def test_without_any_usable_provider_all_collectors_are_chosen_and_say_what_to_set(settings):
    job_type = job_types.get("data_collection")()
    options = parse_options("data_collection", {})
    assert options.collectors == sorted(settings.COLLECTORS)
    told = job_type.check(None, options)
    assert len(told) == len(settings.COLLECTORS)
    assert all(sentence.startswith("Set ") for sentence in told)


def test_the_log_has_a_line_for_each_part_that_failed_and_a_summary(brand, engines):
    engines.faults.set("perplexity", Fault("401"))
    run = work(brand, "data_collection_and_scoring", collectors=["local", "perplexity"])
    warnings = run.log.filter(level="warning").values_list("text", flat=True)
    assert sorted(text.split(": ")[0] for text in warnings) == [
        "“Which coffee machine is best?” on perplexity",
        "“Which coffee machine lasts longest?” on perplexity",
    ]
    summary = [line.text for line in run.log.filter(level="info")]
    assert summary == ["Asked 4 of 4 parts: 2 have an answer now.", "Scored 2 answers."]


def test_a_customers_judge_reads_and_signs_the_scores(brand, engines):
    brand.customer.sentiment_judge = "lexicon"
    brand.customer.save()
    make_answer(brand.queries.first())
    assert work(brand, "scoring").metrics["sentiments_processed"]["brand"] == 1
    assert set(Score.objects.filter(scorer="sentiment").values_list("version", flat=True)) == {"lexicon-1"}


def test_a_judge_that_cannot_be_asked_is_why_a_run_fails(brand, settings):
    settings.PROVIDERS = settings.PROVIDERS | {
        "anthropic": {"api_key": "", "base_url": "http://localhost", "model": "m"}
    }
    brand.customer.sentiment_judge = "claude"
    brand.customer.save()
    make_answer(brand.queries.first())
    run = work(brand, "scoring")
    assert run.status == "failed"
    assert "Set ANTHROPIC_API_KEY" in run.reason

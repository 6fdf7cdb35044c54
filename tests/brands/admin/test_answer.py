from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from brands.admin.answer_page import MAX_RAW_CHARACTERS, raw_text
from brands.models import Answer, Brand, Customer, Topic
from tests.brands.answers import cite, make_answer, make_competitor, make_query, make_run, make_score, mention

LIST = reverse("admin:brands_answer_changelist")
HOSTILE = "<script>alert(1)</script>"


def page_of(admin: Client, answer: Answer) -> str:
    response = admin.get(reverse("admin:brands_answer_change", args=[answer.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def shown(admin: Client, **filters: Any) -> set[Any]:
    response = admin.get(LIST, filters)
    assert response.status_code == 200
    return {answer.pk for answer in response.context["cl"].result_list}


def test_an_empty_list_says_where_answers_come_from(admin: Client) -> None:
    assert "Answers come in when a collection has run" in admin.get(LIST).content.decode()


def test_nobody_adds_changes_or_deletes_an_answer(admin: Client, brand: Brand) -> None:
    answer = make_answer(make_query(brand))
    assert admin.get(LIST + "add/").status_code == 403
    assert admin.post(reverse("admin:brands_answer_change", args=[answer.pk]), {"text": "x"}).status_code == 403
    assert admin.post(reverse("admin:brands_answer_delete", args=[answer.pk]), {"post": "yes"}).status_code == 403


def test_the_list_shows_what_the_newest_scores_found(admin: Client, brand: Brand) -> None:
    query = make_query(brand)
    answer = make_answer(query, cost_usd="0.0123")
    mention(answer, 9, version="1")
    mention(answer, 4, version="2")
    make_score(answer, "position", {"first_position": 17, "rank": None})
    make_score(answer, "sentiment", {"label": "positive", "score": 0.5, "quote": "Good."})
    cite(answer, "https://news.example/")
    cite(answer, "https://news.example/2", cited=False)
    page = admin.get(LIST).content.decode()
    [row] = admin.get(LIST).context["cl"].result_list
    assert (row.mention_count, row.first_position, row.sentiment_score, row.cited_count) == (4, 17, 0.5, 1)
    for words in ("yes, 4 ×", "word 17", "positive +0.50", "$0.0123"):
        assert words in page


def test_what_a_score_left_open_is_not_shown_as_zero(admin: Client, brand: Brand) -> None:
    answer = make_answer(make_query(brand))
    mention(answer, 0)
    make_score(answer, "position", {"first_position": None})
    make_score(answer, "sentiment", {"label": None, "score": None, "quote": None})
    [row] = admin.get(LIST).context["cl"].result_list
    assert (row.mention_count, row.first_position, row.sentiment_score, row.sentiment_label) == (0, None, None, None)
    page = admin.get(LIST).content.decode()
    assert "word" not in page.split("result_list")[1]


def test_an_answer_that_nobody_scored_says_so(admin: Client, brand: Brand) -> None:
    make_answer(make_query(brand))
    assert "not scored yet" in admin.get(LIST).content.decode()


def test_the_filters_narrow_the_list(admin: Client, brand: Brand) -> None:
    topic = Topic.objects.create(brand=brand, name="Strings")
    windy = make_competitor(brand)
    run, now = make_run(), timezone.now()
    first = make_answer(make_query(brand, "Is Skylark good?", topic=topic), run=run, asked_at=now - timedelta(days=5))
    second = make_answer(make_query(brand), text="Nobody knows.", collector="perplexity", asked_at=now)
    failed = make_answer(make_query(brand, "?"), status="failed", asked_at=now)
    mention(first, 1)
    mention(first, 0, competitor=windy)
    mention(second, 0)
    mention(second, 2, competitor=windy)
    cite(second, "https://www.news.example/")
    only_first: list[dict[str, Any]] = [
        {"mentions": "brand"},
        {"run__id__exact": run.pk},
        {"query__topic__id__exact": topic.pk},
        {"query__is_branded": "1"},
        {"asked_at_to": timezone.localdate() - timedelta(days=5)},
        {"query__id__exact": first.query_id},
        {"q": "Is Skylark"},
    ]
    for filters in only_first:
        assert shown(admin, **filters) == {first.pk}, filters
    only_second: list[dict[str, Any]] = [
        {"mentions": "not-brand"},
        {"mentions": windy.pk},
        {"collector": "perplexity"},
        {"cites": "www.news.example"},
        {"q": "Nobody knows"},
        {"asked_at_from": timezone.localdate(), "status__exact": "answered"},
    ]
    for filters in only_second:
        assert shown(admin, **filters) == {second.pk}, filters
    assert shown(admin, status__exact="failed", brand__id__exact=brand.pk) == {failed.pk}


@pytest.mark.parametrize("name", ["run__id__exact", "mentions", "brand__id__exact"])
def test_a_filter_that_is_no_key_is_an_error_message_and_an_unknown_key_an_empty_list(
    admin: Client, brand: Brand, name: str
) -> None:
    make_answer(make_query(brand))
    assert admin.get(LIST, {name: "nonsense"}).status_code in (200, 302)
    assert shown(admin, **{name: uuid4()}) == set()


def test_the_filters_can_show_counts(admin: Client, brand: Brand) -> None:
    mention(make_answer(make_query(brand)), 1)
    page = admin.get(LIST, {"_facets": "True"}).content.decode()
    assert "the brand is mentioned (1)" in page
    assert "chatgpt (1)" in page


def test_the_list_makes_no_query_a_row(
    admin: Client, brand: Brand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = make_run()
    for number in range(30):
        answer = make_answer(make_query(brand, f"Question {number}?"), run=run)
        mention(answer, 1)
        cite(answer, "https://news.example/")
    with django_assert_max_num_queries(15):
        admin.get(LIST)


def test_the_page_marks_each_mention_and_says_who_and_what_it_is(admin: Client, brand: Brand) -> None:
    windy = make_competitor(brand)
    answer = make_answer(make_query(brand), text="**Skylark** flies. Windy does too, says Windy.")
    mention(answer, 1)
    mention(answer, 2, competitor=windy)
    page = page_of(admin, answer)
    title = "Skylark (brand), found as “Skylark”"
    assert f'<strong><mark class="bb-mark bb-c0" title="{title}">Skylark</mark></strong> flies.' in page
    assert page.count('<mark class="bb-mark bb-c1" title="Windy (competitor), found as “Windy”">Windy</mark>') == 4
    assert '<span class="bb-mark bb-c1">Windy</span> 2 ×' in page


def test_the_page_shows_the_figures_of_the_newest_version_only(admin: Client, brand: Brand) -> None:
    answer = make_answer(make_query(brand))
    mention(answer, 1)
    make_score(answer, "position", {"first_position": 11, "rank": 2, "visibility_index": 0.51, "word_count": 9})
    make_score(answer, "position", {"first_position": 23, "rank": 3, "visibility_index": 0.42}, version="2")
    quote = {"quote": "Skylark is lovely.", "start": 0, "end": 18, "score": 0.6}
    make_score(answer, "sentiment", {"label": "positive", "score": 0.6, "quote": quote["quote"]}, evidence=[quote])
    page = page_of(admin, answer)
    for words in ("<dd>23</dd>", "<dd>0.42</dd>", "positive +0.60", "<blockquote>Skylark is lovely.</blockquote>"):
        assert words in page
    assert "<dd>11</dd>" not in page
    assert "mentions 1, position 2, sentiment 1" in page


def test_the_page_lists_sources_with_owner_use_and_safe_links(admin: Client, brand: Brand) -> None:
    make_competitor(brand)
    answer = make_answer(make_query(brand))
    cite(answer, "https://skylark.example/a", title=HOSTILE)
    cite(answer, "https://shop.windy.example/", cited=False)
    cite(answer, "javascript:alert(1)", title="Trap")
    page = page_of(admin, answer)
    assert 'href="https://skylark.example/a" rel="nofollow noopener noreferrer"' in page
    assert "bb-owner-own" in page
    assert "bb-owner-competitor" in page
    assert "consulted" in page
    assert "Trap" in page
    assert "javascript:alert" not in page
    assert HOSTILE not in page


def test_the_page_says_where_the_answer_came_from(admin: Client, brand: Brand) -> None:
    answer = make_answer(
        make_query(brand),
        model_served="kite-5-mini",
        searched=True,
        country="CH",
        country_honoured=False,
        cost_usd="0.012",
        cost_source="estimated",
        latency_ms=2345,
        request_id="req_1",
        failed_providers=[{"provider": "brightdata", "error": "The <b>key</b> is missing."}],
        run=make_run(),
    )
    page = page_of(admin, answer)
    for words in (
        "kite-5-mini",
        "CH, not honoured",
        "$0.012000, estimated from the price list",
        "2.3 s",
        "req_1",
        "The &lt;b&gt;key&lt;/b&gt; is missing.",
        str(answer.run),
    ):
        assert words in page


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("failed", "No provider delivered an answer."),
        ("empty", "The engine replied without a text"),
        ("absent", "The engine showed no answer for this question."),
        ("refused", "The engine declined to answer."),
        ("waiting", "has not delivered its answer yet"),
    ],
)
def test_what_is_no_answer_says_in_words_what_it_is_and_that_it_is_not_counted(
    admin: Client, brand: Brand, status: str, sentence: str
) -> None:
    page = page_of(admin, make_answer(make_query(brand), status=status))
    assert sentence in page
    assert "not counted" in page


def test_a_failed_answer_shows_its_error_in_full(admin: Client, brand: Brand) -> None:
    error = f"openai answered HTTP 503. {HOSTILE} " + "word " * 500
    page = page_of(admin, make_answer(make_query(brand), status="failed", error=error))
    assert page.count("word ") >= 499
    assert HOSTILE not in page


def test_nothing_in_an_answer_runs(admin: Client, brand: Brand) -> None:
    text = f"{HOSTILE} [x](javascript:alert(1)) ![p](https://evil.example/p.png) <img src=x onerror=alert(1)>"
    answer = make_answer(make_query(brand, HOSTILE), text=text, model_served=HOSTILE, request_id=HOSTILE)
    answer.raw = HOSTILE.encode()
    answer.save()
    page = page_of(admin, answer)
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert 'src="https://evil' not in page


def test_evidence_that_does_not_fit_the_text_harms_nothing(admin: Client, brand: Brand) -> None:
    answer = make_answer(make_query(brand), text="Skylark")
    evidence: list[dict[str, Any]] = [{}, {"start": "0", "end": 3}, {"start": 5, "end": 900}, {"start": -4, "end": 2}]
    make_score(answer, "mentions", {"mention_count": 4}, evidence=evidence)
    assert "Skylark" in page_of(admin, answer)


def test_sample_data_is_labelled(admin: Client, brand: Brand) -> None:
    answer = make_answer(make_query(brand))
    assert "Sample data." not in page_of(admin, answer)
    Customer.objects.update(is_sample=True)
    assert "Sample data." in page_of(admin, answer)
    assert "Sample data." in admin.get(LIST).content.decode()


def test_an_unknown_answer_is_not_found(admin: Client, brand: Brand) -> None:
    for key in (uuid4(), "nonsense"):
        assert admin.get(reverse("admin:brands_answer_change", args=[key])).status_code == 404


def test_a_reply_is_indented_where_it_is_json_and_capped() -> None:
    assert raw_text(b'{"a": [1]}') == ('{\n  "a": [\n    1\n  ]\n}', "10 bytes, indented for reading.")
    assert raw_text(b"\xff no")[0] == "\ufffd no"
    assert raw_text(b'"\\ud800"')[0] == '"?"'
    assert raw_text(b"[" * 100_000 + b"]" * 100_000)[0].startswith("[[[")
    text, note = raw_text(b"x" * (MAX_RAW_CHARACTERS + 1))
    assert len(text) == MAX_RAW_CHARACTERS
    assert "Only the first 100000 characters are shown." in note

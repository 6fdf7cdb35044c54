"""A brand's figures, against numbers worked out by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from brands.categories import Category
from brands.models import Brand
from brands.results import DomainCount, by_collector
from brands.statistics import Cluster, rate, share
from tests.brands.answers import (
    cite,
    make_answer,
    make_brand,
    make_competitor,
    make_query,
    make_run,
    make_score,
    mention,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand()


def test_a_brand_without_answers_has_no_results(brand: Brand) -> None:
    assert by_collector(brand) == []


def test_answers_that_did_not_come_are_counted_apart_and_are_in_no_rate(brand: Brand) -> None:
    query = make_query(brand)
    for status in ("empty", "absent", "refused", "failed", "failed", "waiting"):
        make_answer(query, status=status)
    mention(make_answer(query), 1)
    mention(make_answer(query), 0)
    [result] = by_collector(brand)
    assert (result.requested, result.answered) == (8, 2)
    assert (result.empty, result.absent, result.refused, result.failed, result.waiting) == (1, 1, 1, 2, 1)
    assert result.visibility == 0.5


def test_a_collector_that_only_failed_has_counts_and_no_rates(brand: Brand) -> None:
    make_answer(make_query(brand), status="failed")
    [result] = by_collector(brand)
    assert (result.failed, result.visibility, result.share_of_voice) == (1, None, None)
    assert (result.first_position, result.sentiment) == (None, None)


def test_an_answer_that_is_not_scored_yet_is_in_no_rate(brand: Brand) -> None:
    query = make_query(brand)
    mention(make_answer(query), 1)
    make_answer(query)
    [result] = by_collector(brand)
    assert (result.answered, result.scored, result.visibility) == (2, 1, 1.0)


def test_share_of_voice_is_over_all_mentions_in_answers_to_unbranded_queries(brand: Brand) -> None:
    windy, gale = make_competitor(brand), make_competitor(brand, "Gale", domains=[])
    unbranded, branded = make_query(brand), make_query(brand, "Is Skylark any good?")
    assert branded.is_branded
    for query, counts in ((unbranded, (2, 5, 1)), (unbranded, (1, 0, 1)), (branded, (9, 0, 0))):
        answer = make_answer(query)
        mention(answer, counts[0])
        mention(answer, counts[1], competitor=windy)
        mention(answer, counts[2], competitor=gale)
    [result] = by_collector(brand)
    assert result.all_mentions == 10
    assert result.share_of_voice == 0.3
    shares = {each.entity.name: (each.share_of_voice, each.visibility) for each in result.entities}
    assert shares == {"Skylark": (0.3, 1.0), "Windy": (0.5, 1 / 3), "Gale": (0.2, 2 / 3)}


def test_rates_have_intervals_by_query_and_few_queries_have_none(brand: Brand) -> None:
    windy = make_competitor(brand)
    for place in range(8):
        query = make_query(brand, f"Question {place}?")
        for _ in range(3):
            answer = make_answer(query)
            mention(answer, int(place < 4))
            mention(answer, 1, competitor=windy)
        if place == 2:
            [few] = by_collector(brand)
    assert (few.visibility, few.brand.visibility_interval, few.brand.share_interval) == (1.0, None, None)
    [result] = by_collector(brand)
    [own, other] = result.entities
    assert own.visibility_interval == rate([Cluster(3, 3)] * 4 + [Cluster(0, 3)] * 4)[1]
    assert own.share_interval == share([Cluster(3, 6)] * 4 + [Cluster(0, 3)] * 4)[1]
    assert other.visibility_interval == rate([Cluster(3, 3)] * 8)[1]


def test_a_branded_query_is_no_query_of_the_share_of_voice(brand: Brand) -> None:
    for place in range(4):
        mention(make_answer(make_query(brand, f"Question {place}?")), 1)
        mention(make_answer(make_query(brand, f"Skylark {place}?")), 1)
    [result] = by_collector(brand)
    assert result.brand.share_interval == share([Cluster(1, 1)] * 4)[1]


def test_position_and_sentiment_are_means_over_the_answers_that_have_one(brand: Brand) -> None:
    query = make_query(brand)
    for first, score in ((4, 0.5), (10, None), (None, -0.25)):
        answer = make_answer(query)
        make_score(answer, "position", {"first_position": first, "rank": None})
        make_score(answer, "sentiment", {"label": "x", "score": score, "quote": ""})
    [result] = by_collector(brand)
    assert (result.first_position, result.brand.positions) == (7, 2)
    assert (result.sentiment, result.brand.sentiments) == (0.125, 2)


def test_only_the_newest_version_of_a_scorer_counts_in_each_answer(brand: Brand) -> None:
    query = make_query(brand)
    rescored, old = make_answer(query), make_answer(query)
    mention(rescored, 5, version="1")
    mention(old, 1, version="1")
    mention(rescored, 0, version="2")
    [result] = by_collector(brand)
    assert (result.scored, result.visibility, result.all_mentions) == (2, 0.5, 1)


def test_cited_domains_are_ranked_and_say_whose_they_are(brand: Brand) -> None:
    make_competitor(brand)
    answer = make_answer(make_query(brand))
    for url in ("https://www.skylark.example/a", "https://news.example/1", "https://news.example/2"):
        cite(answer, url)
    cite(answer, "https://shop.windy.example/")
    cite(answer, "https://windy.example/", cited=False)
    [result] = by_collector(brand)
    assert result.top_domains == [
        DomainCount("news.example", 2, "other", Category.EDITORIAL),
        DomainCount("skylark.example", 1, "own"),
        DomainCount("windy.example", 1, "competitor"),
    ]
    assert result.citations == 4


def test_a_host_beside_the_brands_own_is_not_its_own(brand: Brand) -> None:
    Brand.objects.update(domains=["shop.skylark.example"])
    answer = make_answer(make_query(brand))
    cite(answer, "https://shop.skylark.example/")
    cite(answer, "https://blog.skylark.example/")
    [result] = by_collector(Brand.objects.get())
    assert sorted(result.top_domains) == [
        DomainCount("skylark.example", 1, "other"),
        DomainCount("skylark.example", 1, "own"),
    ]


def test_collectors_are_apart_and_other_brands_stay_out(brand: Brand) -> None:
    query = make_query(brand)
    mention(make_answer(query, collector="perplexity"), 1)
    mention(make_answer(query, collector="chatgpt"), 0)
    mention(make_answer(make_query(make_brand("Other"))), 1)
    found = {each.collector: each.visibility for each in by_collector(brand)}
    assert found == {"chatgpt": 0.0, "perplexity": 1.0}


def test_results_of_one_run_are_of_its_answers_only(brand: Brand) -> None:
    query, (first, second) = make_query(brand), (make_run(), make_run())
    mention(make_answer(query, run=first), 1)
    cite(make_answer(query, run=second), "https://news.example/")
    [result] = by_collector(brand, first)
    assert (result.requested, result.visibility, result.citations) == (1, 1.0, 0)


def test_results_since_a_day_leave_out_what_was_asked_before(brand: Brand) -> None:
    query, now = make_query(brand), timezone.now()
    mention(make_answer(query, asked_at=now - timedelta(days=3)), 1)
    mention(make_answer(query, asked_at=now), 0)
    [result] = by_collector(brand, since=timezone.localdate())
    assert (result.requested, result.visibility) == (1, 0.0)


def test_the_number_of_queries_does_not_grow_with_the_answers(
    brand: Brand, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    competitor = make_competitor(brand)
    query = make_query(brand)
    for collector in ("chatgpt", "perplexity", "local") * 4:
        answer = make_answer(query, collector=collector)
        mention(answer, 1)
        mention(answer, 2, competitor=competitor)
        cite(answer, "https://skylark.example/")
    with django_assert_num_queries(7):  # competitors twice, the three totals, branded queries, the customer's rules
        by_collector(brand)

"""The invented market and the answers about it."""

import re
from collections import Counter

import pytest

from brands.sample_engines import market, texts
from brands.sample_engines.answers import FIXED, LIKING_FERNQUAY, Outcome, draw

BRANDS = (market.BRAND, *market.COMPETITORS)
ENGINES = tuple(LIKING_FERNQUAY)


def every_answer(samples=30):
    for engine in ENGINES:
        for query in market.QUERIES:
            for n in range(1, samples + 1):
                yield draw(engine, query.text, n, seed="test")


def test_the_same_seed_gives_the_same_answer():
    assert draw("openai", "Why?", 3, seed="a") == draw("openai", "Why?", 3, seed="a")


@pytest.mark.parametrize("query", market.QUERIES, ids=lambda query: query.topic)
def test_samples_of_one_question_differ(query):
    drawn = {draw("openai_compatible", query.text, n, seed="test").markdown for n in range(1, 21)}
    assert len(drawn) >= (3 if query in texts.WHOLE else 10)


def test_seeds_and_engines_differ():
    drawn = {draw(engine, market.WATERPROOF.text, 1, seed=seed).markdown for engine in ENGINES for seed in "abc"}
    assert len(drawn) > 10


def test_the_brand_is_first_sometimes_and_absent_sometimes():
    found = Counter(
        (match[1] == "Fernquay", "Fernquay" in answer.markdown)
        for answer in every_answer()
        if (match := re.search(r"^1\. \*\*(.+?)\*\*", answer.markdown, re.MULTILINE))
    )
    assert found[True, True] > 10
    assert found[False, True] > 10
    assert found[False, False] > 10


def test_every_citation_names_a_page_of_the_market():
    keys = {key for answer in every_answer() for key in re.findall(r"\[\[(.*?)\]\]", answer.markdown)}
    assert keys
    assert keys <= market.PAGES.keys()


def test_every_address_ends_in_a_domain_that_nobody_can_own():
    assert all(page.domain.endswith(".example") for page in market.PAGES.values())
    assert all(domain.endswith(".example") for brand in BRANDS for domain in brand.domains)


def test_every_brand_has_something_said_about_it():
    for said in (texts.BAGS, texts.YARN, texts.MENDING):
        for part in (said.praise, said.criticism, said.neutral):
            assert part.keys() == {brand.name for brand in BRANDS}


def test_the_market_has_branded_and_unbranded_questions():
    branded = [query for query in market.QUERIES if market.BRAND.name in query.text]
    assert len(branded) == 2
    assert len(market.QUERIES) == 6
    assert set(market.TOPICS) == {query.topic for query in market.QUERIES}


def test_every_question_with_a_fixed_outcome_is_one_of_the_market():
    assert {question for _, question in FIXED} <= {query.text for query in market.QUERIES}


def test_a_forced_outcome_comes_before_the_usual_one():
    answer = draw("openai", market.RECYCLED.text, 1, seed="test", outcome=Outcome.PLACEHOLDER)
    assert answer.markdown == "No response"

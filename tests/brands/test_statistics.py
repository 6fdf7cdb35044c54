"""Intervals, changes and plans, against other people's figures, worked examples and simulations of known truth."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from brands.statistics import (
    Change,
    Cluster,
    Interval,
    Verdict,
    change,
    correlation,
    half_width,
    judged,
    mean,
    queries_for,
    rate,
    samples_for,
    share,
    wilson,
)
from tests.simulations import (
    SAME,
    Design,
    alarms,
    answers,
    coverage_of_rate,
    coverage_of_share,
)

CENT = Decimal("0.01")


def clusters(*pairs: tuple[float, float]) -> list[Cluster]:
    return [Cluster(*pair) for pair in pairs]


def period(*totals: float, size: float = 1, collector: str = "chatgpt") -> dict[tuple[str, str], Cluster]:
    return {(f"query {place}", collector): Cluster(total, size) for place, total in enumerate(totals)}


def about(low: float, high: float) -> Interval:
    return Interval(pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def width(interval: Interval | None) -> float:
    assert interval
    return interval.high - interval.low


# Rates


def test_wilsons_interval_is_that_of_newcombes_published_examples() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), 857, table I, method 3."""
    for total, size, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(total / size, size, 1.959964) == about(low, high)


def test_one_answer_a_query_gives_wilsons_interval_with_students_t() -> None:
    estimate = rate(clusters(*[(1, 1)] * 6, *[(0, 1)] * 14))
    assert estimate
    assert estimate.value == 0.3
    assert estimate.interval == about(*wilson(0.3, 20, 2.093024))


def test_answers_that_repeat_themselves_count_as_one_a_query() -> None:
    once, repeated = rate(clusters(*[(1, 1)] * 6, *[(0, 1)] * 14)), rate(clusters(*[(10, 10)] * 6, *[(0, 10)] * 14))
    assert once
    assert repeated
    assert repeated.interval == about(*once.interval or ())


def test_answers_that_vary_within_a_query_count_for_more() -> None:
    repeated, varied = rate(clusters(*[(10, 10)] * 6, *[(0, 10)] * 14)), rate(clusters(*[(3, 10)] * 20))
    assert repeated
    assert varied
    assert width(varied.interval) < width(repeated.interval) / 2


def test_a_rate_of_nought_has_an_interval_above_nought_and_a_full_one_below_one() -> None:
    none, all_of_them = rate(clusters(*[(0, 3)] * 20)), rate(clusters(*[(3, 3)] * 20))
    assert none
    assert all_of_them
    assert none.interval == about(0, 0.1797)
    assert all_of_them.interval == about(1 - 0.1797, 1)


@pytest.mark.parametrize("queries", [1, 2, 3])
def test_too_few_queries_give_a_rate_without_an_interval_however_many_answers(queries: int) -> None:
    assert rate(clusters(*[(40, 100)] * queries)) == (0.4, None)


def test_queries_of_unequal_weight_count_for_fewer() -> None:
    even, uneven = rate(clusters(*[(1, 2)] * 8)), rate(clusters((20, 40), *[(1, 2)] * 7))
    assert even
    assert even.interval
    assert uneven == (0.5, None)


def test_nothing_received_is_no_rate_and_a_query_without_answers_changes_nothing() -> None:
    assert rate([]) is None
    assert rate(clusters((0, 0))) is None
    assert rate(clusters(*[(1, 2)] * 8)) == rate(clusters((0, 0), *[(1, 2)] * 8))


def test_the_interval_is_the_same_from_the_other_side() -> None:
    counts = (0, 1, 3, 3, 2, 0, 1)
    seen, missed = rate([Cluster(n, 3) for n in counts]), rate([Cluster(3 - n, 3) for n in counts])
    assert seen
    assert missed
    assert seen.interval
    assert missed.interval == about(1 - seen.interval.high, 1 - seen.interval.low)


def test_a_share_that_every_query_agrees_on_is_surer_than_as_many_answers() -> None:
    same = clusters(*[(5, 20)] * 30)
    of_voice, of_answers = share(same), rate(same)
    assert of_voice
    assert of_answers
    assert width(of_voice.interval) < width(of_answers.interval)


# Means


def test_a_mean_of_one_value_a_query_has_students_interval() -> None:
    """Student, Biometrika 6 (1908), 1: the ten differences of the soporifics; mean 1.58, 0.70 to 2.46."""
    hours = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
    estimate = mean({place: [value] for place, value in enumerate(hours)})
    assert estimate
    assert estimate.value == pytest.approx(1.58)
    assert estimate.interval == about(0.7001, 2.4599)


def test_a_mean_is_over_all_values_and_treats_those_of_a_query_as_one() -> None:
    once = mean({query: [float(query % 3)] for query in range(12)})
    twice = mean({query: [float(query % 3)] * 2 for query in range(12)})
    assert once == twice
    assert mean({1: [1.0, 2.0], 2: [6.0]}) == (3.0, None)
    assert mean({}) is None


def test_values_that_are_all_the_same_give_no_interval() -> None:
    assert mean({query: [0.1] for query in range(12)}) == (pytest.approx(0.1), None)


# Changes


def test_a_clear_rise_is_up_and_a_clear_fall_is_down() -> None:
    low, high = period(*[1, 2, 3, 2] * 5, size=10), period(*[7, 8, 6, 9] * 5, size=10)
    rise, fall = change(low, high, SAME, SAME), change(high, low, SAME, SAME)
    assert (rise.verdict, rise.difference) == (Verdict.UP, pytest.approx(0.55))
    assert (fall.verdict, fall.difference) == (Verdict.DOWN, pytest.approx(-0.55))
    assert rise.interval
    assert 0 < rise.interval.low < 0.55 < rise.interval.high


def test_the_test_is_students_paired_one() -> None:
    """Student's ten differences against one hour, in units of ten: t = 1.4912, p = 0.1701."""
    hours = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
    found = change(period(*[1] * 10, size=10), period(*hours, size=10), SAME, SAME)
    assert found.p_value == pytest.approx(0.1701, abs=5e-5)


def test_one_query_more_that_mentions_it_is_within_noise() -> None:
    found = change(period(*[0] * 10, *[1] * 10), period(*[0] * 9, *[1] * 11), SAME, SAME)
    assert found.verdict == Verdict.WITHIN_NOISE


def test_nothing_moved_is_within_noise() -> None:
    same = period(*[0, 1] * 10)
    found = change(same, same, SAME, SAME)
    assert (found.verdict, found.difference, found.p_value) == (Verdict.WITHIN_NOISE, 0, 1)


def test_all_queries_that_rise_alike_are_up() -> None:
    found = change(period(*[0] * 8), period(*[0.3] * 8), SAME, SAME)
    assert (found.verdict, found.p_value, found.interval) == (Verdict.UP, 2**-7, None)


def test_no_p_value_is_smaller_than_the_chance_that_all_that_moved_moved_one_way() -> None:
    found = change(period(*[0] * 20), period(*[1] * 5, *[0] * 15), SAME, SAME)
    assert (found.p_value, found.verdict) == (2**-4, Verdict.WITHIN_NOISE)


@pytest.mark.parametrize(("field", "word"), [("models", "model"), ("queries", "queries"), ("pipeline", "pipeline")])
def test_a_change_of_the_measurement_is_named_and_not_called_a_change(field: str, word: str) -> None:
    now = replace(SAME, **{field: frozenset({"another"})})
    found = change(period(*[0] * 20), period(*[1] * 20), SAME, now)
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARABLE, f"Changed in between: {word}.")
    assert found.difference is None


def test_only_pairs_that_were_answered_in_both_periods_count() -> None:
    before, after = period(*[0] * 10), period(*[0] * 10)
    before["only before", "chatgpt"] = after["only after", "chatgpt"] = Cluster(1, 1)
    before["query 0", "chatgpt"] = Cluster(0, 0)
    assert change(before, after, SAME, SAME).difference == 0
    few = change(period(*[0] * 5), period(*[1] * 5), SAME, SAME)
    assert (few.verdict, few.reason) == (Verdict.NOT_COMPARABLE, "Too few queries were answered in both periods.")


def test_a_query_asked_of_three_collectors_is_one_query() -> None:
    totals = [1, 0, 0, 1, 0, 1, 1, 0, 1, 1]
    first, second = period(*[0] * 10), period(*totals)
    three_first = {(query, name): each for (query, _), each in first.items() for name in ("a", "b", "c")}
    three_second = {(query, name): each for (query, _), each in second.items() for name in ("a", "b", "c")}
    one, three = change(first, second, SAME, SAME), change(three_first, three_second, SAME, SAME)
    assert three.p_value == pytest.approx(one.p_value)


def test_many_changes_are_corrected_by_holms_method() -> None:
    found = judged([finding(p) for p in (0.02, 0.005, 0.3, 0.012)])
    assert [each.adjusted_p_value for each in found] == pytest.approx([0.04, 0.02, 0.3, 0.036])
    assert [each.verdict for each in found] == ["up", "up", "within noise", "up"]
    assert [each.verdict for each in judged([finding(0.02)] * 5)] == ["within noise"] * 5


def test_what_is_not_comparable_stays_so_and_is_no_test_among_many() -> None:
    apart = Change(None, None, 1.0, Verdict.NOT_COMPARABLE, "Changed in between: model.")
    found = judged([apart, finding(0.03)])
    assert found[0] == apart
    assert (found[1].verdict, found[1].adjusted_p_value) == (Verdict.UP, 0.03)


def finding(p_value: float) -> Change:
    return Change(0.1, None, p_value, Verdict.WITHIN_NOISE)


# Plans


def test_a_plan_is_the_smallest_that_reaches_the_width() -> None:
    plan = queries_for(0.05, samples=3, value=0.3, correlation=0.4, cost_usd=CENT)
    assert plan
    assert (plan.answers, plan.cost_usd) == (plan.queries * 3, plan.queries * 3 * CENT)
    assert half_width(plan.queries, 3, 0.3, 0.4) <= 0.05 < half_width(plan.queries - 1, 3, 0.3, 0.4)


def test_more_samples_of_the_same_queries_have_a_limit() -> None:
    assert samples_for(0.1, queries=50, value=0.5, correlation=0.6, cost_usd=CENT) is None
    plan = samples_for(0.1, queries=100, value=0.5, correlation=0.6, cost_usd=CENT)
    assert plan
    assert half_width(100, plan.samples, 0.5, 0.6) <= 0.1
    assert samples_for(0.5, queries=3, value=0.5, correlation=0.1, cost_usd=CENT) is None


def test_a_plan_keeps_its_word() -> None:
    plan = queries_for(0.08, samples=3, value=0.4, correlation=0.3, cost_usd=CENT)
    assert plan
    found = coverage_of_rate(Design(plan.queries, 3, 0.4, 0.3), 200)
    assert found.width / 2 == pytest.approx(0.08, abs=0.004)


def test_the_correlation_within_queries_is_read_off_the_answers() -> None:
    design = Design(400, 5, 0.4, 0.3)
    random = design.seed("correlation")
    assert correlation(answers(design, random, design.rates(random))) == pytest.approx(0.3, abs=0.06)
    assert correlation(clusters(*[(1, 1), (0, 1)] * 10)) is None
    assert correlation(clusters(*[(3, 3)] * 2)) is None


# Of known truth; the whole table is in docs/metrics.md.

SIMULATIONS = 300
NOISE = 0.025  # two standard errors of a share of 95 % in so many


def few(queries: Sequence[int], samples: Sequence[int], values: Sequence[float]) -> list[Design]:
    return [Design(n, m, p, 0.3) for n in queries for m in samples for p in values]


@pytest.mark.parametrize("design", few([20, 100], [1, 3, 10], [0.05, 0.5]), ids=str)
def test_the_interval_of_a_rate_holds_the_truth_as_often_as_it_says(design: Design) -> None:
    found = coverage_of_rate(design, SIMULATIONS)
    assert found.given == 1
    assert 0.93 - NOISE <= found.share <= 0.98 + NOISE


@pytest.mark.parametrize("design", few([5], [1, 3, 10], [0.05, 0.5, 0.95]), ids=str)
def test_with_five_queries_the_interval_is_wide_enough(design: Design) -> None:
    assert coverage_of_rate(design, SIMULATIONS).share >= 0.93


@pytest.mark.parametrize("design", [*few([20], [3], [0.1, 0.6]), *few([100], [1], [0.3])], ids=str)
def test_the_interval_of_a_share_of_voice_holds_the_truth(design: Design) -> None:
    assert 0.93 - NOISE <= coverage_of_share(design, SIMULATIONS).share <= 0.98 + NOISE


@pytest.mark.parametrize("design", [*few([5, 20], [3], [0.05, 0.5]), *few([100], [1], [0.2])], ids=str)
def test_where_nothing_changed_an_alarm_is_rare(design: Design) -> None:
    assert alarms(design, SIMULATIONS) <= 0.05 + NOISE


def test_a_change_that_is_there_is_found() -> None:
    assert alarms(Design(100, 3, 0.3, 0.3), 100, later=0.5) > 0.95

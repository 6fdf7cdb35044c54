"""How sure a figure is, where the answers to one query resemble each other. Pure functions; nothing here reads a row.

A *cluster* is what one query brought: its answers are correlated, so the queries count, not the answers. Formulas:

* Cochran, Sampling Techniques, 3rd ed. 1977, § 3.12 and § 6.4: ratio of cluster totals, its linearised variance.
* Kish, Survey Sampling, 1965, § 5.4 and § 11.7: design effect 1 + (m − 1)·ρ, effective number where weights differ.
* Korn and Graubard, Survey Methodology 24 (1998), 193: interval from the effective number of answers, t for z.
* Wilson, JASA 22 (1927), 209: the score interval. Franco, Little, Louis and Slud, J. Survey Statistics and
  Methodology 7 (2019), 334, compare it, so modified, with its rivals in clustered samples.
* Holm, Scandinavian J. of Statistics 6 (1979), 65: correction for many tests.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt
from typing import NamedTuple

CONFIDENCE = 0.95
FEWEST_QUERIES = 4  # as many of equal weight; below, there is no interval
CAUTION = 2  # weight of the worst case in a design effect, against the square of the number of queries that inform it
ALPHA = 0.04  # of a change; 5 % is promised, and on few queries t is wrong by up to half a point
ROUNDING = 1e-20  # a variance below it is none
MOST = 100_000  # queries or samples that a plan considers


class Cluster(NamedTuple):
    """One query's sum and what it is divided by: answers that mention ÷ answers, own mentions ÷ all mentions."""

    total: float
    size: float


class Interval(NamedTuple):
    low: float
    high: float


class Estimate(NamedTuple):
    """`interval`: 95 %; None where there are too few queries, or all values of a mean are the same."""

    value: float
    interval: Interval | None


def rate(clusters: Iterable[Cluster]) -> Estimate | None:
    """Share of answers, 0…1. None without an answer."""
    return _proportion(clusters, least_effect=1.0)


def share(clusters: Iterable[Cluster]) -> Estimate | None:
    """Share of voice, 0…1: mentions are not drawn one by one, so they may vary less than as many answers would."""
    return _proportion(clusters, least_effect=0.0)


def mean(values: Mapping[Hashable, Sequence[float]]) -> Estimate | None:
    """Mean of all values, given by query: a ratio of cluster totals with a t interval of G − 1 degrees of freedom."""
    ratio = _ratio(Cluster(sum(each), len(each)) for each in values.values())
    if ratio is None:
        return None
    if ratio.queries < FEWEST_QUERIES or ratio.variance < ROUNDING:
        return Estimate(ratio.value, None)
    reach = _t(ratio.queries - 1) * sqrt(ratio.variance)
    return Estimate(ratio.value, Interval(ratio.value - reach, ratio.value + reach))


@dataclass(frozen=True, slots=True)
class _Ratio:
    """Σ total ÷ Σ size with Cochran's variance G/(G − 1) · Σ (total − value·size)² ÷ (Σ size)²."""

    clusters: list[Cluster]
    value: float
    size: float
    variance: float
    queries: float  # effective: (Σ size)² ÷ Σ size² (Kish), the number of queries where all weigh the same


def _ratio(clusters: Iterable[Cluster]) -> _Ratio | None:
    """None without anything to divide by. Clusters without a size say nothing and do not count."""
    known = [cluster for cluster in clusters if cluster.size > 0]
    if not known:
        return None
    size = sum(each.size for each in known)
    value = sum(each.total for each in known) / size
    squares = sum((each.total - value * each.size) ** 2 for each in known)
    variance = len(known) / (len(known) - 1) * squares / size**2 if len(known) > 1 else inf
    return _Ratio(known, value, size, variance, size**2 / sum(each.size**2 for each in known))


def _proportion(clusters: Iterable[Cluster], least_effect: float) -> Estimate | None:
    ratio = _ratio(clusters)
    if ratio is None:
        return None
    if ratio.queries < FEWEST_QUERIES:
        return Estimate(ratio.value, None)
    effective = ratio.size / _design_effect(ratio, least_effect)
    return Estimate(ratio.value, wilson(ratio.value, effective, _t(ratio.queries - 1)))


def wilson(value: float, size: float, t: float) -> Interval:
    """Wilson's score interval of a proportion seen in `size` independent answers, with `t` in the place of z."""
    centre = (value + t**2 / (2 * size)) / (1 + t**2 / size)
    reach = t * sqrt(value * (1 - value) / size + t**2 / (4 * size**2)) / (1 + t**2 / size)
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))


def _design_effect(ratio: _Ratio, least: float) -> float:
    """The variance seen ÷ that of independent answers, drawn towards the worst case where few queries inform it.

    The worst case is that all answers to a query agree; a rate whose few mentions came from few queries would else
    look far too sure. Ours, with the weight chosen so that coverage holds (docs/metrics.md has the figures).
    """
    worst = ratio.size / ratio.queries
    independent = ratio.value * (1 - ratio.value) / ratio.size
    if independent <= 0:
        return worst
    seen = min(max(ratio.variance / independent, least), max(each.size for each in ratio.clusters))
    some = sum(each.total > 0 for each in ratio.clusters)
    not_all = sum(each.total < each.size for each in ratio.clusters)
    weight = min(some, not_all) ** 2
    return (weight * seen + CAUTION * worst) / (weight + CAUTION)


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"
    WITHIN_NOISE = "within noise"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What has to be the same in two periods for a difference to be the world's and not the measurement's."""

    models: frozenset[str]  # served
    queries: frozenset[str]  # asked, as worded, with country and locale
    pipeline: frozenset[str]  # providers and scorer versions


@dataclass(frozen=True, slots=True)
class Change:
    """`difference`: mean of after − before over pairs, each pair of equal weight; `p_value`: two-sided."""

    difference: float | None
    interval: Interval | None
    p_value: float
    verdict: Verdict
    reason: str = ""  # of not comparable
    adjusted_p_value: float = 1.0


Paired = Mapping[tuple[Hashable, str], Cluster]  # by query and collector


def change(before: Paired, after: Paired, was: Conditions, now: Conditions) -> Change:
    """The change of a rate between two periods, from the query × collector pairs that were answered in both.

    A paired t test on differences, clustered by query. No p-value is below 2^(1 − n), n queries that moved: so often
    do all n move the same way by chance (Fisher, The Design of Experiments, 1935, § 21). See `judged` for many.
    """
    if reason := _incomparable(was, now):
        return Change(None, None, 1.0, Verdict.NOT_COMPARABLE, reason)
    differences: dict[Hashable, list[float]] = defaultdict(list)
    for query, collector in sorted(before.keys() & after.keys(), key=repr):
        first, second = before[query, collector], after[query, collector]
        if first.size > 0 and second.size > 0:
            differences[query].append(second.total / second.size - first.total / first.size)
    if 2.0 ** (1 - len(differences)) > ALPHA:
        reason = "Too few queries were answered in both periods."
        return Change(None, None, 1.0, Verdict.NOT_COMPARABLE, reason)
    return judged([_tested(differences)])[0]


def _incomparable(was: Conditions, now: Conditions) -> str:
    pairs = {
        "model": (was.models, now.models),
        "queries": (was.queries, now.queries),
        "pipeline": (was.pipeline, now.pipeline),
    }
    changed = [name for name, (first, second) in pairs.items() if first != second]
    return f"Changed in between: {', '.join(changed)}." if changed else ""


def _tested(differences: Mapping[Hashable, Sequence[float]]) -> Change:
    estimate = mean(differences)
    ratio = _ratio(Cluster(sum(each), len(each)) for each in differences.values())
    if estimate is None or ratio is None:
        raise ValueError("There is no pair to test.")
    moved = sum(any(each) for each in differences.values())
    p_value = 1.0
    if ratio.value:
        t = abs(ratio.value) / sqrt(ratio.variance) if ratio.variance > ROUNDING else inf
        p_value = max(_two_sided(t, ratio.queries - 1), 2.0 ** (1 - moved))
    return Change(estimate.value, estimate.interval, p_value, Verdict.WITHIN_NOISE)


def judged(changes: Sequence[Change]) -> list[Change]:
    """The verdicts of changes that are shown together, corrected by Holm's method.

    Holm's, since readers take each verdict as a fact and it bounds the chance that any is false, whatever depends on
    what: shares of voice fall when others rise, which Benjamini and Hochberg's method does not allow for.
    """
    tested = [place for place, each in enumerate(changes) if each.difference is not None]
    tested.sort(key=lambda place: changes[place].p_value)
    found, adjusted = list(changes), 0.0
    for rank, place in enumerate(tested):
        adjusted = max(adjusted, min(1.0, (len(tested) - rank) * changes[place].p_value))
        found[place] = replace(changes[place], adjusted_p_value=adjusted, verdict=_verdict(changes[place], adjusted))
    return found


def _verdict(change: Change, adjusted: float) -> Verdict:
    if adjusted > ALPHA:
        return Verdict.WITHIN_NOISE
    return Verdict.UP if (change.difference or 0) > 0 else Verdict.DOWN


class Plan(NamedTuple):
    queries: int
    samples: int  # of each query
    answers: int
    half_width: float  # expected, of the 95 % interval
    cost_usd: Decimal


def correlation(clusters: Iterable[Cluster]) -> float | None:
    """How much answers to one query agree, 0…1: Kish's (design effect − 1) ÷ (m − 1). None with one sample a query."""
    ratio = _ratio(clusters)
    if ratio is None or ratio.queries < FEWEST_QUERIES or ratio.size <= ratio.queries:
        return None
    worst = ratio.size / ratio.queries
    return min(1.0, max(0.0, (_design_effect(ratio, 1.0) - 1) / (worst - 1)))


def half_width(queries: int, samples: int, value: float, correlation: float) -> float:
    """Expected of a rate's interval: Wilson's with queries·samples ÷ (1 + (samples − 1)·ρ) independent answers."""
    effective = queries * samples / (1 + (samples - 1) * correlation)
    interval = wilson(value, effective, _t(queries - 1))
    return (interval.high - interval.low) / 2


def queries_for(points: float, *, samples: int, value: float, correlation: float, cost_usd: Decimal) -> Plan | None:
    """The fewest queries for an interval of ± `points` (0…1). `cost_usd`: of one answer. None: more than MOST."""
    queries = bisect_left(
        range(MOST), True, FEWEST_QUERIES, key=lambda n: half_width(n, samples, value, correlation) <= points
    )
    return _plan(queries, samples, value, correlation, cost_usd) if queries < MOST else None


def samples_for(points: float, *, queries: int, value: float, correlation: float, cost_usd: Decimal) -> Plan | None:
    """The fewest samples of each of `queries`. None: no number suffices, since answers to a query repeat themselves."""
    if queries < FEWEST_QUERIES:
        return None
    samples = bisect_left(range(MOST), True, 1, key=lambda n: half_width(queries, n, value, correlation) <= points)
    return _plan(queries, samples, value, correlation, cost_usd) if samples < MOST else None


def _plan(queries: int, samples: int, value: float, correlation: float, cost_usd: Decimal) -> Plan:
    answers = queries * samples
    return Plan(queries, samples, answers, half_width(queries, samples, value, correlation), answers * cost_usd)


@lru_cache(maxsize=1024)
def _t(freedom: float) -> float:
    """Student's t that 95 % of absolute values stay below."""
    low, high = 1.9, 13.0  # from the normal's 1.96 to more than the 12.7 of one degree of freedom
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _two_sided(middle, freedom) > 1 - CONFIDENCE else (low, middle)
    return high


def _two_sided(t: float, freedom: float) -> float:
    """Chance of an absolute value above t: Abramowitz and Stegun, 26.7.1 with 26.5.27."""
    return 0.0 if t == inf else _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t**2))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised, I_x(a, b), 0 < x ≤ 1: the continued fraction of Abramowitz and Stegun, 26.5.8."""
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(b, a, 1 - x) / b
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """1/(1 + d₁/(1 + d₂/(1 + …))), from the front (Lentz, Applied Optics 15, 1976, 668)."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, 1000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d)
        c = 1 + term / c
        value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return 1 / value

"""Does the 95 % hold? Invented answers of known truth, put through the intervals and the test.

Answers to one query are beta-binomial: each query has a rate of its own, drawn so that two answers to a query agree
by the given correlation. Everything is seeded. `python -m tests.simulations` prints the tables of docs/metrics.md and
takes minutes.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import NamedTuple

from brands.statistics import Change, Cluster, Conditions, Estimate, Interval, change, rate, share

SIMULATIONS = 2_000
QUERIES, SAMPLES = (5, 20, 100), (1, 3, 10)
RATES, CORRELATIONS = (0.05, 0.2, 0.5, 0.95), (0.1, 0.3, 0.6)
SHARES = (0.1, 0.3, 0.6)
MENTIONS = 3.0  # mean in an answer, of all entities
SAME = Conditions(frozenset({"model"}), frozenset({"queries"}), frozenset({"pipeline"}))


class Design(NamedTuple):
    queries: int
    samples: int
    value: float
    correlation: float

    def seed(self, what: str) -> Random:
        return Random(f"{what} {self}")

    def rates(self, random: Random) -> list[float]:
        """One rate a query: beta, with mean `value` and variance `correlation` · value · (1 − value)."""
        spread = 1 / self.correlation - 1
        alpha, beta = self.value * spread, (1 - self.value) * spread
        return [random.betavariate(alpha, beta) for _ in range(self.queries)]


class Coverage(NamedTuple):
    share: float  # of the intervals that were given, which hold the truth
    given: float  # share of the simulations in which one was given
    width: float  # mean


def answers(design: Design, random: Random, rates: list[float]) -> list[Cluster]:
    return [Cluster(sum(random.random() < p for _ in range(design.samples)), design.samples) for p in rates]


def coverage_of_rate(design: Design, simulations: int = SIMULATIONS) -> Coverage:
    random = design.seed("rate")
    return _coverage(design, simulations, lambda: rate(answers(design, random, design.rates(random))))


def coverage_of_share(design: Design, simulations: int = SIMULATIONS) -> Coverage:
    """Queries also differ in how much their answers name anybody at all."""
    random = design.seed("share")

    def draw() -> Estimate | None:
        clusters = []
        for own in design.rates(random):
            mentions = poisson(random, design.samples * random.gammavariate(3, MENTIONS / 3))
            clusters.append(Cluster(sum(random.random() < own for _ in range(mentions)), mentions))
        return share(clusters)

    return _coverage(design, simulations, draw)


def poisson(random: Random, mean: float) -> int:
    count, waited = 0, random.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + random.expovariate(1)
    return count


def _coverage(design: Design, simulations: int, draw: Callable[[], Estimate | None]) -> Coverage:
    drawn = [draw() for _ in range(simulations)]
    intervals: list[Interval] = [each.interval for each in drawn if each and each.interval]
    held = sum(low <= design.value <= high for low, high in intervals)
    width = sum(high - low for low, high in intervals)
    given = max(len(intervals), 1)
    return Coverage(held / given, len(intervals) / simulations, width / given)


def alarms(design: Design, simulations: int = SIMULATIONS, *, later: float | None = None) -> float:
    """How often the test says `up` or `down`. `later`: the rate of the second period, else nothing has changed."""
    random = design.seed("change")
    found = [_changed(design, random, later) for _ in range(simulations)]
    return sum(each.verdict in ("up", "down") for each in found) / simulations


def _changed(design: Design, random: Random, later: float | None) -> Change:
    rates = design.rates(random)
    move = 0.0 if later is None else (later - design.value) / (1 - design.value)
    periods = [rates, [p + (1 - p) * move for p in rates]]
    first, second = (
        {(query, "chatgpt"): cluster for query, cluster in enumerate(answers(design, random, each))} for each in periods
    )
    return change(first, second, SAME, SAME)


def designs(values: tuple[float, ...]) -> Iterator[Design]:
    for queries, samples, value, correlation in product(QUERIES, SAMPLES, values, CORRELATIONS):
        if samples > 1 or correlation == CORRELATIONS[0]:  # of one sample a query, none is seen
            yield Design(queries, samples, value, correlation)


def main() -> None:
    write = sys.stdout.write
    write(
        f"{SIMULATIONS} simulations a row. Coverage of the 95 % interval, its mean width, false alarms of the change.\n"
    )
    for name, values, measure in (("rate", RATES, coverage_of_rate), ("share of voice", SHARES, coverage_of_share)):
        write(f"\n| {name} | queries | samples | correlation | coverage | given | width | false alarms |\n")
        write("|---|---|---|---|---|---|---|---|\n")
        for design in designs(values):
            held = measure(design)
            alarm = f"{alarms(design):.1%}" if name == "rate" else ""
            write(
                f"| {design.value:.0%} | {design.queries} | {design.samples} | "
                f"{design.correlation if design.samples > 1 else 'any'} | "
                f"{held.share:.1%} | {held.given:.0%} | {held.width:.2f} | {alarm} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Which columns go together: numbers with numbers (correlations), and numbers with categories (segments)."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import polars as pl

from jobs.analysis.columns import Column, ColumnKind
from jobs.analysis.finding import Finding
from jobs.analysis.finding_type import FindingType
from jobs.analysis.inference import Floats, Ints, Result, cliffs_delta, kruskal_wallis, ranks, spearman
from jobs.analysis.words import in_words, short

MOST_NUMBERS, MOST_CATEGORIES = 30, 20  # columns that are compared with each other
LEAST_RHO = 0.1  # small by Cohen's convention
LEAST_EPSILON = 0.01
LEAST_ROWS = 10  # of a segment
POINTS = 300  # of a chart


class Relations:
    """Ranks are computed once a column and serve all tests."""

    def __init__(self, columns: list[Column]) -> None:
        self.numbers = [each for each in columns if each.kind == ColumnKind.NUMBER][:MOST_NUMBERS]
        self.categories = [each for each in columns if each.kind == ColumnKind.CATEGORY][:MOST_CATEGORIES]
        self.values: list[Floats] = [_floats(each) for each in self.numbers]
        self.ranks: list[Floats] = [ranks(values) for values in self.values]

    def correlations(self) -> Iterator[Finding]:
        for first, second in combinations(range(len(self.numbers)), 2):
            result = spearman(self.ranks[first], self.ranks[second])
            if result is not None:
                yield self._correlation(first, second, result)

    def _correlation(self, first: int, second: int, result: Result) -> Finding:
        names = [self.numbers[first].name, self.numbers[second].name]
        how = "rises" if result.effect > 0 else "falls"
        strength = "strongly" if abs(result.effect) >= 0.5 else "clearly" if abs(result.effect) >= 0.3 else "weakly"
        x, y = self.values[first], self.values[second]
        both = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
        shown = both[:: max(len(both) // POINTS, 1)][:POINTS]
        is_large = abs(result.effect) >= LEAST_RHO
        points = [[short(x[place]), short(y[place])] for place in shown] if is_large else []
        return Finding(
            FindingType.CORRELATION,
            f"“{names[1]}” {how} {strength} with “{names[0]}” (ρ = {result.effect:.2f}).",
            names,
            len(both),
            {"rho": short(result.effect), "direction": "positive" if result.effect > 0 else "negative"},
            {"kind": "points", "points": points, "x": names[0], "y": names[1]},
            result,
            is_large_enough=is_large,
        )

    def segments(self) -> Iterator[Finding]:
        for category in self.categories:
            codes, labels = _codes(category)
            for number, values in zip(self.numbers, self.values, strict=True):
                finding = _segment(category, number, values, codes, labels)
                if finding is not None:
                    yield finding


def _segment(category: Column, number: Column, values: Floats, codes: Ints, labels: list[str]) -> Finding | None:
    """One test over all segments; the one that differs most from the rest gives the sentence."""
    present = ~np.isnan(values) & (codes >= 0)
    sizes = np.bincount(codes[present], minlength=len(labels))
    kept = present & (sizes >= LEAST_ROWS)[np.maximum(codes, 0)]
    ranked, groups = ranks(values[kept]), codes[kept]
    result = kruskal_wallis(ranked, groups, len(labels)) if len(ranked) else None
    if result is None:
        return None
    n = np.bincount(groups, minlength=len(labels)).astype(float)
    sums = np.bincount(groups, weights=ranked, minlength=len(labels))
    deltas = {
        place: cliffs_delta(float(sums[place]), float(n[place]), len(ranked) - float(n[place]))
        for place in np.flatnonzero(n)
    }
    most = max(deltas, key=lambda place: (abs(deltas[place]), -place))
    if result.effect < LEAST_EPSILON:
        return Finding(FindingType.SEGMENT, "", result=result, is_large_enough=False)
    medians = {labels[place]: short(np.median(values[kept & (codes == place)])) for place in deltas}
    own, rest = medians[labels[most]], short(np.median(values[kept & (codes != most)]))
    direction = "higher" if deltas[most] > 0 else "lower"
    shown = dict(sorted(medians.items(), key=lambda pair: -pair[1])[:12])
    return Finding(
        FindingType.SEGMENT,
        f"“{number.name}” is {direction} where “{category.name}” is “{labels[most][:40]}”: "
        f"median {in_words(own)} against {in_words(rest)} elsewhere.",
        [category.name, number.name],
        len(ranked),
        {
            "segment": labels[most],
            "median": own,
            "median_of_others": rest,
            "cliffs_delta": short(deltas[most]),
            "medians": medians,
        },
        {"kind": "bars", "labels": list(shown), "values": list(shown.values()), "unit": f"median of {number.name}"},
        result,
    )


def _floats(column: Column) -> Floats:
    assert column.values is not None  # noqa: S101  (a column of numbers has them)
    return column.values.fill_null(float("nan")).to_numpy()


def _codes(column: Column) -> tuple[Ints, list[str]]:
    """A number from 0 for each category, −1 for none, and the categories in the order of the alphabet."""
    assert column.values is not None  # noqa: S101
    text = column.values.cast(pl.String)
    labels = sorted(text.drop_nulls().unique().to_list())
    codes = text.cast(pl.Enum(labels)).to_physical().cast(pl.Int64).fill_null(-1)
    return codes.to_numpy(), labels

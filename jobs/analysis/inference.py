"""Tests, their correction for many, and what confidence they leave. Pure functions on arrays of floats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_P = 1e-300
LEAST_TAIL = 15  # different distances below which there is no tail to look at
PRIOR_ODDS = 2.5  # against a finding, before the data is seen: a corrected p of 0.05 leaves a confidence of one half


@dataclass(frozen=True, slots=True)
class Result:
    """`p` is two-sided and not corrected; `effect` is in the measure that the test names, with its sign."""

    name: str
    statistic: float
    p: float
    effect: float
    effect_name: str


def holm(values: Sequence[float]) -> list[float]:
    """Corrected p values: the chance of one false finding or more among all is kept, however the tests depend on each
    other (Holm 1979, "A simple sequentially rejective multiple test procedure")."""
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected, most = [0.0] * len(values), 0.0
    for place, index in enumerate(order):
        most = max(most, min(1.0, values[index] * (len(values) - place)))
        corrected[index] = most
    return corrected


def confidence(corrected_p: float) -> float:
    """The probability that there is something: 1 / (1 + PRIOR_ODDS · −e·p·ln p), and 0 for p ≥ 1/e.

    −e·p·ln p is the least Bayes factor in favour of the null hypothesis that a p value leaves (Sellke, Bayarri & Berger
    2001, "Calibration of p Values for Testing Precise Null Hypotheses").
    """
    p = max(corrected_p, LEAST_P)
    if p >= 1 / math.e:
        return 0.0
    return 1 / (1 + PRIOR_ODDS * -math.e * p * math.log(p))


def ranks(values: Floats) -> Floats:
    """1-based, ties at their mean; NaN stays NaN."""
    found = np.full(len(values), np.nan)
    present = ~np.isnan(values)
    kept = values[present]
    order = np.argsort(kept, kind="stable")
    ordered = kept[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(ordered)]
    means = np.repeat((starts + ends + 1) / 2, ends - starts)
    placed = np.empty(len(kept))
    placed[order] = means
    found[present] = placed
    return found


def spearman(first: Floats, second: Floats) -> Result | None:
    """Of ranks (NaN where there is none), by the t distribution (Kendall & Stuart, "Advanced Theory of Statistics").

    None where fewer than 10 pairs, or all ranks of one side are equal.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n < 10:
        return None
    x, y = first[both] - first[both].mean(), second[both] - second[both].mean()
    spread = math.sqrt(float(x @ x) * float(y @ y))
    if spread == 0:
        return None
    rho = min(max(float(x @ y) / spread, -1.0), 1.0)
    t = rho * math.sqrt((n - 2) / max(1 - rho * rho, 1e-15))
    return Result("Spearman’s rank correlation", t, _two_sided_t(t, n - 2), rho, "ρ")


def kruskal_wallis(values: Floats, groups: Ints, count: int) -> Result | None:
    """Of ranks in groups 0 … count − 1 (Kruskal & Wallis 1952), corrected for ties; effect ε² (Tomczak & Tomczak 2014).

    None where fewer than two groups have rows, or all ranks are equal. `values` are ranks without NaN.
    """
    sizes = np.bincount(groups, minlength=count).astype(float)
    sums = np.bincount(groups, weights=values, minlength=count)
    used, n = sizes > 0, float(len(values))
    variance = float(((values - (n + 1) / 2) ** 2).sum()) / max(n - 1, 1)
    if int(used.sum()) < 2 or variance == 0:
        return None
    between = float((sizes[used] * (sums[used] / sizes[used] - (n + 1) / 2) ** 2).sum())
    h = between / variance
    p = float(special.chdtrc(int(used.sum()) - 1, h))
    return Result("Kruskal–Wallis test", h, max(p, LEAST_P), h / (n - 1), "ε²")


def cliffs_delta(rank_sum: float, size: float, others: float) -> float:
    """P(one of the group is larger) − P(smaller), against the others, from its ranks among all (Cliff 1993)."""
    return 2 * (rank_sum - size * (size + 1) / 2) / (size * others) - 1


def mann_whitney(first: Floats, second: Floats) -> Result | None:
    """Whether the values of the second are larger (Mann & Whitney 1947), normal approximation with ties."""
    n, m = len(first), len(second)
    if min(n, m) < 10:
        return None
    all_ranks = ranks(np.concatenate([first, second]))
    rank_sum, total = float(all_ranks[n:].sum()), n + m
    variance = n * m / total * float(((all_ranks - (total + 1) / 2) ** 2).sum()) / (total - 1)
    if variance == 0:
        return None
    z = (rank_sum - m * (total + 1) / 2) / math.sqrt(variance)
    return Result("Mann–Whitney test", z, _two_sided_z(z), cliffs_delta(rank_sum, m, n), "Cliff’s δ")


def two_shares(first: int, of_first: int, second: int, of_second: int) -> Result | None:
    """Whether two shares differ: z with pooled variance; effect is their difference (Fleiss 1981, chapter 2)."""
    pooled = (first + second) / max(of_first + of_second, 1)
    spread = pooled * (1 - pooled) * (1 / max(of_first, 1) + 1 / max(of_second, 1))
    if spread <= 0 or min(of_first, of_second) < 10:
        return None
    difference = second / of_second - first / of_first
    return Result(
        "two shares, z test",
        difference / math.sqrt(spread),
        _two_sided_z(difference / math.sqrt(spread)),
        difference,
        "difference",
    )


def mann_kendall(values: Floats) -> tuple[Result, float] | None:
    """Whether values in their order rise or fall (Mann 1945, Kendall 1975), and their slope (Theil 1950, Sen 1968).

    Neighbours that resemble each other count for less: the variance grows by (1 + r) / (1 − r) with r the first
    autocorrelation about the line, where it is positive (Yue & Wang 2004). Effect: Kendall's τ. None below 8 values.
    """
    n = len(values)
    if n < 8:
        return None
    i, j = np.triu_indices(n, 1)
    differences = values[j] - values[i]
    slope = float(np.median(differences / (j - i)))
    s = float(np.sign(differences).sum())
    ties = np.unique(values, return_counts=True)[1].astype(float)
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    if variance <= 0:
        return None
    rest = values - slope * np.arange(n)
    r = min(max(autocorrelation(rest), 0.0), 0.98)
    z = (s - math.copysign(1, s)) / math.sqrt(variance * (1 + r) / (1 - r)) if s else 0.0
    tau = s / (n * (n - 1) / 2)
    return Result("Mann–Kendall test", z, _two_sided_z(z), tau, "Kendall’s τ"), slope


def autocorrelation(values: Floats) -> float:
    """Of each with the one before."""
    x = values - values.mean()
    spread = float(x @ x)
    return float(x[1:] @ x[:-1]) / spread if spread > 0 else 0.0


def far_values(distances: Floats, most: int = 10, behind: int = 50) -> tuple[int, Result] | None:
    """How many of the largest distances stand apart from the rest, and the test.

    Where a tail is exponential, the gaps between its ordered values, times their rank, are independent and exponential
    of one mean (Sukhatme 1937; Rényi 1953). So the gap below the largest k, against the mean of the gaps below it, has
    an F(2, 2·behind) distribution. It is taken of the square roots, as if tails were as heavy as those of a Weibull
    distribution of shape ½: lighter ones (normal, exponential, log-normal) give larger p values than they should, and
    for power laws p is doubled. The p of the clearest k is multiplied by `most`. Equal distances count once.
    """
    top = np.sqrt(np.unique(distances[distances > 0])[::-1][: most + behind + 1])
    if len(top) < LEAST_TAIL:
        return None
    weighted = -np.diff(top) * np.arange(1, len(top))
    ratios = [weighted[k - 1] / weighted[k:].mean() for k in range(1, min(most, len(weighted) // 3) + 1)]
    tails = [float(special.fdtrc(2, 2 * (len(weighted) - k), ratio)) for k, ratio in enumerate(ratios, 1)]
    k = int(np.argmin(tails)) + 1
    p, times = max(min(2 * most * tails[k - 1], 1.0), LEAST_P), float((top[k - 1] / top[k]) ** 2)
    return k, Result("gap in the tail, F test", float(ratios[k - 1]), p, times, "times as far as the next")


def _two_sided_t(t: float, degrees: int) -> float:
    return max(float(2 * special.stdtr(degrees, -abs(t))), LEAST_P)


def _two_sided_z(z: float) -> float:
    return max(float(2 * special.ndtr(-abs(z))), LEAST_P)

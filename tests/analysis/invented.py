"""Invented files of known truth, seeded: pure noise, and noise with effects of random size planted in it.

Columns are drawn from several distributions, some have gaps, days are regular or at random. `python -m
tests.analysis.invented` puts many of them through the analysis and prints the tables of docs/files.md.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from jobs.analysis.analysis import analyse
from jobs.analysis.finding import Finding
from jobs.analysis.source import File

FILES = 1_000
KINDS = ("trend", "outlier", "segment", "correlation")
SOME = {"trend": "trend", "outlier": "outliers", "segment": "segment", "correlation": "correlation"}
Values = NDArray[np.float64]


@dataclass
class Invented:
    """A table, and the sets of columns that were tied together; a column alone was given outliers."""

    columns: dict[str, list[str]]
    planted: dict[str, set[frozenset[str]]]

    def write(self, path: Path) -> File:
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(self.columns)
            writer.writerows(zip(*self.columns.values(), strict=True))
        return File(path, path.name)

    def is_true(self, finding: Finding) -> bool:
        """Whether the columns of the finding are tied together, be it through others."""
        if finding.type == "outliers":
            return frozenset(finding.columns) in self.planted["outlier"]
        ties = {tie for kind in ("trend", "segment", "correlation") for tie in self.planted[kind]}
        reached, columns = {finding.columns[0]}, set(finding.columns)
        while grown := {name for tie in ties if tie & reached for name in tie} - reached:
            reached |= grown
        return len(columns) > 1 and columns <= reached


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.rows = int(10 ** self.random.uniform(2.2, 3.4))
        self.days = np.arange(self.rows) if self.random.random() < 0.5 else self.random.integers(0, 400, self.rows)
        self.numbers = {f"number {i}": self._noise() for i in range(self.random.integers(3, 9))}
        self.groups = {
            f"group {i}": self.random.integers(0, self.random.integers(2, 7), self.rows)
            for i in range(self.random.integers(1, 4))
        }
        self.planted: dict[str, set[frozenset[str]]] = defaultdict(set)

    def _noise(self) -> Values:
        n, random = self.rows, self.random
        return [
            lambda: random.normal(0, 1, n),
            lambda: random.uniform(0, 1, n),
            lambda: random.lognormal(0, 0.8, n),
            lambda: random.exponential(1, n),
            lambda: random.standard_t(3, n),
            lambda: random.poisson(4, n).astype(float),
            lambda: random.gamma(2, 2, n),
        ][random.integers(7)]()

    def plant(self, kind: str, size: float) -> None:
        """Add an effect to a column: `size` is its z value, about, so that what can just be seen is among them."""
        name = str(self.random.choice(list(self.numbers)))
        values = self.numbers[name]
        strength = size / np.sqrt(self.rows) * values.std()
        if kind == "trend":
            self.numbers[name] = values + strength * _scaled(self.days.astype(float))
            self.planted[kind].add(frozenset({"day", name}))
        elif kind == "segment":
            group = str(self.random.choice(list(self.groups)))
            self.numbers[name] = values + strength * _scaled((self.groups[group] == 0).astype(float))
            self.planted[kind].add(frozenset({group, name}))
        elif kind == "correlation":
            other = str(self.random.choice([each for each in self.numbers if each != name]))
            self.numbers[name] = values + strength * _scaled(self.numbers[other])
            self.planted[kind].add(frozenset({name, other}))
        else:
            far = values.copy()
            far[self.random.integers(self.rows)] = (
                np.median(values) + (1 + size / 3) * np.abs(values - np.median(values)).max()
            )
            self.numbers[name] = far
            self.planted[kind].add(frozenset({name}))

    def made(self) -> Invented:
        start = date(2025, 1, 1)
        columns = {"day": [str(start + timedelta(days=int(day))) for day in self.days]}
        for name, codes in self.groups.items():
            columns[name] = [f"g{code}" for code in codes]
        for name, values in self.numbers.items():
            cells = [f"{value:.6g}" for value in values]
            for gap in np.flatnonzero(self.random.random(self.rows) < self.random.choice([0, 0.04])):
                cells[gap] = ""
            columns[name] = cells
        return Invented(columns, self.planted)


def _scaled(values: Values) -> Values:
    return np.asarray((values - values.mean()) / (values.std() or 1))


def noise(seed: int) -> Invented:
    return Maker(seed).made()


def mixed(seed: int) -> Invented:
    """Half of the files have nothing in them, the others one to three effects of random size."""
    maker = Maker(seed)
    if maker.random.random() < 0.5:
        for _ in range(maker.random.integers(1, 4)):
            maker.plant(str(maker.random.choice(KINDS)), float(maker.random.uniform(2, 12)))
    return maker.made()


def planted(kind: str, seed: int, size: float = 15) -> Invented:
    maker = Maker(seed)
    maker.plant(kind, size)
    return maker.made()


def findings(invented: Invented, folder: Path) -> list[Finding]:
    """Those that a test stands behind: what is counted is true anyway."""
    found = analyse(invented.write(folder / "invented.csv"), 1 << 30, lambda percent, words: None).findings
    return [each for each in found if each.result is not None]


def alarming(files: int, folder: Path) -> int:
    """How many files of pure noise have a finding above one half."""
    return sum(any(f.confidence > 0.5 for f in findings(noise(seed), folder)) for seed in range(files))


def calibration(files: int, folder: Path) -> dict[str, tuple[int, float, float]]:
    """For each range of confidence: findings, their mean confidence, and the share of them that is true."""
    bins: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for seed in range(files):
        invented = mixed(10_000 + seed)
        for finding in findings(invented, folder):
            bins[range_of(finding.confidence)].append((finding.confidence, invented.is_true(finding)))
    return {
        name: (len(each), float(np.mean([c for c, _ in each])), float(np.mean([t for _, t in each])))
        for name, each in sorted(bins.items())
    }


def range_of(confidence: float) -> str:
    edges = (0.3, 0.5, 0.7, 0.85, 0.95, 0.99)
    low = max(edge for edge in edges if confidence >= edge)
    high = next((edge for edge in edges if edge > low), 1)
    return f"{low:g} – {high:g}"


def rows() -> Iterator[str]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        yield f"Files of pure noise with a finding above 0.5: {alarming(FILES, folder)} of {FILES}"
        for kind in KINDS:
            for size in (5.0, 10.0, 15.0):
                found = sum(
                    any(f.type == SOME[kind] and i.is_true(f) and f.confidence > 0.5 for f in findings(i, folder))
                    for i in (planted(kind, 50_000 + seed, size) for seed in range(200))
                )
                yield f"planted {kind} of size {size:g}: found in {found} of 200"
        yield "| confidence | findings | mean confidence | true |"
        yield "|---|---|---|---|"
        for name, (count, mean, true) in calibration(3 * FILES, folder).items():
            yield f"| {name} | {count} | {mean:.3f} | {true:.1%} |"


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(row + "\n")
        sys.stdout.flush()

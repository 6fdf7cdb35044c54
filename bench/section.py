"""The contract of a section of the benchmarks.

A section is one module of this folder with a function `measure`; nothing else has to be edited:

    \"\"\"The title of the section.

    What is measured and how to read it, as Markdown: it stands above the tables in docs/benchmarks.md.
    \"\"\"

    def measure(bench: Bench) -> Iterator[Table]:
        with bench.platform("sqlite") as platform:
            yield Table("Rendering", ("answers", "answers/s"), [(100, 2_310.5)], note="One process.")

`measure` runs in a process of its own with Django set up on an empty environment (no keys, nothing of the internet).
A table is kept as soon as it is yielded and replaces the one of the same title, so a section that is measured in
parts (`make bench ONLY=dispatch DATABASES=sqlite`) names the part in its titles. What has to be told beside the
figures, such as "not finished, 412 of 10,000", is a cell or a note. Use real processes (`bench.platform`) and end them.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.harness import Platform

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with their units in `columns`; None is shown as a dash."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a section is given. `platform(kind)` starts Redis with a migrated database that the ORM then works on."""

    folder: Path  # for files, gone afterwards
    databases: tuple[str, ...]  # of "postgresql" and "sqlite"
    sizes: tuple[int, ...]  # numbers of schedules
    platform: Callable[..., AbstractContextManager[Platform]]

    @staticmethod
    def say(text: str) -> None:
        """Tell the person who waits how far it is."""
        sys.stderr.write(f"{text}\n")


Measure = Callable[[Bench], Iterator[Table]]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0 … 1) of them do not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]

"""The labelled rows: read, and parted so that no text is both trained on and measured with."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from brands.sentiment.encoding import encoded

LABELS = ("negative", "neutral", "positive")  # in the order of the network's outputs


@dataclass(frozen=True, slots=True)
class LabelledRow:
    text: str
    start: int
    end: int
    label: int
    source: str

    @property
    def target(self) -> str:
        return self.text[self.start : self.end]

    def encoded(self) -> list[int]:
        return encoded(self.text, self.start, self.end)


def read(path: Path) -> list[LabelledRow]:
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [LabelledRow(r["text"], r["start"], r["end"], LABELS.index(r["label"]), r["source"]) for r in rows]


def parted(rows: Iterable[LabelledRow], share: float, seed: int) -> tuple[list[LabelledRow], list[LabelledRow]]:
    """Rows to train on, and about `share` of them to choose and calibrate with; rows of one text stay together."""
    kept: list[LabelledRow] = []
    held_out: list[LabelledRow] = []
    for row in rows:
        (held_out if random.Random(f"{seed} {row.text}").random() < share else kept).append(row)
    return kept, held_out

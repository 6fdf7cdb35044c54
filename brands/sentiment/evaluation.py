"""How often the sentiment agrees with people, on rows of {text, target, label}."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from brands.matching import AnswerText, Entity, Mention
from brands.sentiment.opinion import ABSTAIN, NEGATIVE, NEUTRAL, POSITIVE, opinions

LABELS = (POSITIVE, NEUTRAL, NEGATIVE)


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what is spoken of in it (and where, if that is known), and what people say about it."""

    text: str
    target: str
    label: str
    start: int | None = None
    end: int | None = None


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Raise ValueError, with the line's number, where a line is no row."""
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append(Row(row["text"], row["target"], row["label"], row.get("start"), row.get("end")))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise ValueError(f"Line {number} is not a row of text, target and label.") from None
        if rows[-1].label not in LABELS:
            raise ValueError(f"Line {number}: the label is {rows[-1].label!r}, not one of {', '.join(LABELS)}.")
    return rows


def label_of(row: Row) -> str:
    """The label given to the target. Where the target is not found in the text: abstain."""
    answer = AnswerText(row.text)
    entity = Entity("target", row.target, "brand")
    start = row.text.find(row.target) if row.start is None else row.start
    end = start + len(row.target) if row.end is None else row.end
    if start < 0:
        mentions: Sequence[Mention] = answer.mentions([entity])
    else:
        mentions = [Mention(entity, start, end, row.text[start:end], row.target)]
    found = opinions(answer, mentions).get(entity)
    return found.label if found else ABSTAIN


def evaluate(rows: Sequence[Row]) -> dict[str, Any]:
    """Accuracy, macro F1 and the figures of each label; an abstention counts as neutral there, and apart."""
    began = perf_counter()
    given = [label_of(row) for row in rows]
    seconds = perf_counter() - began
    counted = [NEUTRAL if label == ABSTAIN else label for label in given]
    pairs = [(row.label, label) for row, label in zip(rows, counted, strict=True)]
    labels = {label: _figures(pairs, label) for label in LABELS}
    return {
        "rows": len(rows),
        "accuracy": _share(sum(true == label for true, label in pairs), len(pairs)),
        "macro_f1": _share(sum(figures["f1"] for figures in labels.values()), len(labels)),
        "labels": labels,
        "share_abstained": _share(given.count(ABSTAIN), len(given)),
        "abstained_counts_as": NEUTRAL,
        "rows_per_second": round(len(rows) / seconds, 1) if seconds else 0.0,
    }


def _figures(pairs: Sequence[tuple[str, str]], label: str) -> Mapping[str, float]:
    right = sum(true == given == label for true, given in pairs)
    precision = _share(right, sum(given == label for _, given in pairs))
    recall = _share(right, sum(true == label for true, _ in pairs))
    return {"precision": precision, "recall": recall, "f1": _share(2 * precision * recall, precision + recall)}


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0

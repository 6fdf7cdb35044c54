"""How often the sentiment agrees with people, on rows of {text, target, label}."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from brands.matching import AnswerText, Entity, Mention
from brands.sentiment.judge import ABSTAIN, LABELS, Judge, Mentioned, Opinion


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what is spoken of in it (and where, if that is known), and what people say about it."""

    text: str
    target: str
    label: str
    start: int | None = None
    end: int | None = None
    source: str = ""


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Raise ValueError, with the line's number, where a line is no row."""
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append(
                Row(row["text"], row["target"], row["label"], row.get("start"), row.get("end"), row.get("source", ""))
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise ValueError(f"Line {number} is not a row of text, target and label.") from None
        if rows[-1].label not in LABELS:
            raise ValueError(f"Line {number}: the label is {rows[-1].label!r}, not one of {', '.join(LABELS)}.")
    return rows


def _mentioned(row: Row) -> Mentioned:
    """The row as an answer that mentions the target, where it says or else where the text names it."""
    answer = AnswerText(row.text)
    entity = Entity("target", row.target, "brand")
    start = row.text.find(row.target) if row.start is None else row.start
    end = start + len(row.target) if row.end is None else row.end
    if start < 0:
        return answer, answer.mentions([entity])
    return answer, [Mention(entity, start, end, row.text[start:end], row.target)]


def judged(rows: Sequence[Row], judge: Judge) -> list[Opinion]:
    """The opinion about each row's target. Where the target is not found in the text, the judge abstains."""
    found = judge.opinions([_mentioned(row) for row in rows])
    return [next(iter(opinions.values()), Opinion(ABSTAIN, None, ())) for opinions in found]


def evaluate(rows: Sequence[Row], judge: Judge) -> dict[str, Any]:
    """Accuracy, macro F1 and the figures of each label.

    In these every row counts: where the judge abstains, with the label that it leans to. `answered` has the same of
    the rows that got a label, `surest_nine_tenths` those of all but the tenth of which the judge is least sure.
    """
    began = perf_counter()
    given = judged(rows, judge)
    seconds = perf_counter() - began
    pairs = [(row.label, opinion.leaning) for row, opinion in zip(rows, given, strict=True)]
    answered = [pair for pair, opinion in zip(pairs, given, strict=True) if opinion.label != ABSTAIN]
    return {
        "judge": judge.version,
        "rows": len(rows),
        **figures(pairs),
        "labels": {label: _of_label(pairs, label) for label in LABELS},
        "share_abstained": _share(len(rows) - len(answered), len(rows)),
        "answered": figures(answered),
        "surest_nine_tenths": figures(_surest(pairs, given)),
        "abstained_counts_as": "leaning",
        "rows_per_second": round(len(rows) / seconds, 1) if seconds else 0.0,
    }


def figures(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Of pairs of the true label and the one given."""
    f1 = [_of_label(pairs, label)["f1"] for label in LABELS]
    return {
        "accuracy": _share(sum(true == given for true, given in pairs), len(pairs)),
        "macro_f1": _share(sum(f1), len(f1)),
    }


def _surest(pairs: Sequence[tuple[str, str]], given: Sequence[Opinion]) -> list[tuple[str, str]]:
    order = sorted(range(len(pairs)), key=lambda at: given[at].confidence or 0.0, reverse=True)
    return [pairs[at] for at in order[: len(order) - len(order) // 10]]


def _of_label(pairs: Sequence[tuple[str, str]], label: str) -> dict[str, float]:
    right = sum(true == given == label for true, given in pairs)
    precision = _share(right, sum(given == label for _, given in pairs))
    recall = _share(right, sum(true == label for true, _ in pairs))
    return {"precision": precision, "recall": recall, "f1": _share(2 * precision * recall, precision + recall)}


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0

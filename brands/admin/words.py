"""Figures and states in words, the same on every page."""

from brands.models import Answer
from brands.statistics import Interval

NONE = "–"
STATUS_SENTENCES: dict[str, str] = {
    Answer.Status.WAITING: "The provider has taken the question and has not delivered its answer yet. "
    "Until it does, this is not counted.",
    Answer.Status.EMPTY: "The engine replied without a text, or with a placeholder in its place. "
    "This is not counted as an answer.",
    Answer.Status.ABSENT: "The engine showed no answer for this question. This is not counted as an answer.",
    Answer.Status.REFUSED: "The engine declined to answer. This is not counted as an answer.",
    Answer.Status.FAILED: "No provider delivered an answer. This is not counted as an answer.",
}
STATUS_LABELS = {
    "answered": "success",
    "waiting": "info",
    "empty": "warning",
    "absent": "warning",
    "refused": "warning",
    "failed": "danger",
}


def percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.0f} %"


def percent_range(interval: Interval) -> str:
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %"


def signed(score: float | None) -> str:
    """A sentiment from −1 to 1; two decimals, with its sign."""
    return NONE if score is None else f"{score:+.2f}".replace("-", "−")


def number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def yes_no(value: bool | None, unknown: str) -> str:
    return unknown if value is None else "yes" if value else "no"

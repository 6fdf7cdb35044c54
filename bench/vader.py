"""The yardstick: VADER (Hutto & Gilbert, ICWSM 2014) as it is usually used, on the sentence that holds the target."""

from collections.abc import Sequence
from typing import Any, cast

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from brands.matching import AnswerText
from brands.sentiment.evaluation import Row
from brands.sentiment.judge import NEGATIVE, NEUTRAL, POSITIVE

_CLEAR = 0.05  # the bounds that its authors give


def vader_labels(rows: Sequence[Row]) -> list[str]:
    analyzer: Any = cast(Any, SentimentIntensityAnalyzer)()  # it has no types
    return [_label(analyzer.polarity_scores(_sentence(row))["compound"]) for row in rows]


def _label(compound: float) -> str:
    return POSITIVE if compound >= _CLEAR else NEGATIVE if compound <= -_CLEAR else NEUTRAL


def _sentence(row: Row) -> str:
    at = row.text.find(row.target) if row.start is None else row.start
    return next((row.text[start:end] for start, end in AnswerText(row.text).sentences if start <= at < end), row.text)

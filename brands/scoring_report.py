"""All that the scorers find in one answer, as one JSON object: for the command line, the admin and the API."""

from collections.abc import Sequence
from typing import Any

from brands.matching import AnswerText, Entity
from brands.scorer import Finding, Scorer
from brands.scorers.citations import CitationsScorer
from brands.scorers.mentions import MentionsScorer
from brands.scorers.position import PositionScorer
from brands.scorers.sentiment import SentimentScorer

_SCORERS: tuple[type[Scorer], ...] = (CitationsScorer, MentionsScorer, PositionScorer, SentimentScorer)


def scoring_report(text: AnswerText, entities: Sequence[Entity]) -> dict[str, Any]:
    """{word_count, entities: [{name, kind, mentions, mention_count, first_position, rank, visibility_index,
    share_of_answers, sentiment: {label, score, quote} or None}], scorer_version}."""
    scorers = [scorer() for scorer in _SCORERS]
    findings = zip(*(scorer.score(text, entities) for scorer in scorers), strict=True)
    rows = [_row(mentions, position, sentiment) for _, mentions, position, sentiment in findings]
    version = "+".join(f"{scorer.name}-{scorer.version}" for scorer in scorers)
    return {"word_count": text.word_count, "entities": rows, "scorer_version": version}


def _row(mentions: Finding, position: Finding, sentiment: Finding) -> dict[str, Any]:
    return {
        "name": mentions.entity.name,
        "kind": mentions.entity.kind,
        "mentions": mentions.evidence,
        "mention_count": mentions.measures["mention_count"],
        "first_position": position.measures["first_position"],
        "rank": position.measures["rank"],
        "visibility_index": position.measures["visibility_index"],
        "share_of_answers": mentions.measures["share_of_answers"],
        "sentiment": sentiment.measures if sentiment.measures["label"] else None,
    }

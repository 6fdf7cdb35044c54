"""Scores as rows: what one is computed from, and which of them count."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from brands.matching import AnswerText, CitedUrl, Ruling
from brands.models import Answer, Correction, Score
from brands.scorer import Entity, Finding, Scorer

SENTIMENT = "sentiment"
LABEL_SCORES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0, "abstain": None}


def tracked_fingerprint(entities: Iterable[Entity]) -> str:
    """Of all that scorers know about the entities: scores with different ones were computed from different names."""
    return _fingerprint(sorted((asdict(entity) for entity in entities), key=lambda entity: entity["key"]))


def corrections_fingerprint(corrections: Sequence[Correction]) -> str:
    return _fingerprint(sorted(str(each.pk) for each in corrections)) if corrections else ""


def _fingerprint(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def in_force(answer: Answer) -> list[Correction]:
    return [each for each in answer.corrections.all() if each.withdrawn_at is None]


def answer_text(answer: Answer, corrections: Iterable[Correction] = ()) -> AnswerText:
    """The answer as the scorers see it."""
    citations = tuple(CitedUrl(url=c.canonical_url, cited=c.is_cited, title=c.title) for c in answer.citations.all())
    rulings = [
        Ruling(each.entity_key, each.start, each.end, each.kind == Correction.Kind.MENTION)
        for each in corrections
        if each.start is not None and each.end is not None
    ]
    return AnswerText(answer.text, question=answer.question, citations=citations, rulings=rulings)


def corrected(scorer: str, findings: list[Finding], corrections: Sequence[Correction]) -> list[Finding]:
    """With the labels that people gave. A label counts as 1, 0 or −1; the judge's own score stays where they agree."""
    labels = {each.entity_key: each for each in reversed(corrections) if each.kind == Correction.Kind.SENTIMENT}
    if scorer != SENTIMENT or not labels:
        return findings
    return [_relabelled(each, labels.get(each.entity.key)) for each in findings]


def _relabelled(finding: Finding, correction: Correction | None) -> Finding:
    if correction is None or finding.measures["label"] == correction.label:
        return finding
    said = {"label": correction.label, "score": LABEL_SCORES[correction.label], "by": correction.author_name}
    return replace(finding, measures=finding.measures | said)


def score_rows(
    answer: Answer, scorer: Scorer, findings: Iterable[Finding], *, tracked: str, corrected: str, is_current: bool
) -> list[Score]:
    """Not saved. One for each finding."""
    return [
        Score(
            answer=answer,
            brand_id=UUID(finding.entity.key) if finding.entity.kind == "brand" else None,
            competitor_id=None if finding.entity.kind == "brand" else UUID(finding.entity.key),
            scorer=scorer.name,
            version=scorer.version,
            tracked=tracked,
            corrected=corrected,
            is_current=is_current,
            measures=finding.measures,
            evidence=finding.evidence,
        )
        for finding in findings
    ]

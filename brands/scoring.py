"""Scoring a brand's answers: which are due, and writing down what the scorers find in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from brands.judges import judge_of
from brands.matching import AnswerText, CitedUrl
from brands.models import Answer, Brand, Score
from brands.scorer import Entity, Finding, Scorer, scorers
from brands.scorers.sentiment import SentimentScorer
from jobs.job_type import RunContext

BATCH = 50
SENTIMENT = "sentiment"


@dataclass(slots=True)
class ScoringCount:
    """What one run scored. `left` is how many answers a limit left for the next run."""

    answers: set[UUID] = field(default_factory=set)
    positions: int = 0
    sentiments_brand: int = 0
    sentiments_competitors: int = 0
    citations: int = 0
    left: int = 0

    def metrics(self) -> dict[str, Any]:
        return {
            "answers_scored": len(self.answers),
            "positions_processed": self.positions,
            "sentiments_processed": {"brand": self.sentiments_brand, "competitors": self.sentiments_competitors},
            "citations_processed": self.citations,
            "answers_left_unscored": self.left,
        }

    def add(self, scorer: str, answer: Answer, findings: list[Finding]) -> None:
        self.answers.add(answer.pk)
        if scorer == "position":
            self.positions += 1
        elif scorer == "citations":
            self.citations += len(answer.citations.all())
        elif scorer == SENTIMENT:
            judged = [finding for finding in findings if finding.measures["label"] is not None]
            self.sentiments_brand += sum(finding.entity.kind == "brand" for finding in judged)
            self.sentiments_competitors += sum(finding.entity.kind != "brand" for finding in judged)


def score_brand(
    context: RunContext,
    brand: Brand,
    *,
    position_limit: int | None = None,
    sentiment_limit: int | None = None,
    since: date | None = None,
) -> ScoringCount:
    """Score the brand's answers that the current version of a scorer has not seen, whenever they came in.

    `position_limit` and `sentiment_limit` bound how many answers one run reads, oldest first, for their positions
    (mentions and citations too) and for their sentiment; `since` leaves out answers asked before that day.
    """
    count = ScoringCount()
    entities = brand.entities()
    wanted: dict[UUID, list[Scorer]] = {}
    for name, cls in scorers.items():
        limit = sentiment_limit if name == SENTIMENT else position_limit
        scorer = SentimentScorer(judge_of(brand.customer)) if cls is SentimentScorer else cls()
        due = list(_unscored(brand, scorer, since).values_list("pk", flat=True))
        count.left = max(count.left, len(due) - len(due[:limit]))
        for pk in due[:limit]:
            wanted.setdefault(pk, []).append(scorer)
    offset = context.done
    for answer in _answers(list(wanted)):
        _score(answer, entities, wanted[answer.pk], count)
        context.progress(offset + len(count.answers), offset + len(wanted))
    return count


def _unscored(brand: Brand, scorer: Scorer, since: date | None) -> Any:
    seen = Score.objects.filter(answer=OuterRef("pk"), brand=brand, scorer=scorer.name, version=scorer.version)
    answers = brand.answers.filter(~Exists(seen), status=Answer.Status.ANSWERED).order_by("asked_at", "pk")
    return answers.filter(asked_at__date__gte=since) if since else answers


def _answers(ids: list[UUID]) -> Iterator[Answer]:
    """The answers, read a batch at a time, in the order of the ids."""
    for batch in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        found = Answer.objects.prefetch_related("citations").in_bulk(batch)
        yield from (found[pk] for pk in batch if pk in found)


def _score(answer: Answer, entities: list[Entity], wanted: list[Scorer], count: ScoringCount) -> None:
    text = answer_text(answer)
    rows: list[Score] = []
    for scorer in wanted:
        findings = scorer.score(text, entities)
        rows += [_row(answer, scorer, finding) for finding in findings]
        count.add(scorer.name, answer, findings)
    with transaction.atomic():
        # Another run may have scored it in the meantime; the unique key keeps the first.
        Score.objects.bulk_create(rows, ignore_conflicts=True)


def answer_text(answer: Answer) -> AnswerText:
    """The answer as the scorers see it."""
    citations = tuple(CitedUrl(url=c.canonical_url, cited=c.is_cited, title=c.title) for c in answer.citations.all())
    return AnswerText(answer.text, question=answer.question, citations=citations)


def _row(answer: Answer, scorer: Scorer, finding: Finding) -> Score:
    key = UUID(finding.entity.key)
    is_brand = finding.entity.kind == "brand"
    return Score(
        answer=answer,
        brand_id=key if is_brand else None,
        competitor_id=None if is_brand else key,
        scorer=scorer.name,
        version=scorer.version,
        measures=finding.measures,
        evidence=finding.evidence,
    )

"""Scoring a brand's answers: which are due, and writing down what the scorers find in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from brands.judges import scorers_of
from brands.models import Answer, Brand, Correction, Score
from brands.scorer import Entity, Finding, Scorer
from brands.scores import (
    SENTIMENT,
    answer_text,
    corrected,
    corrections_fingerprint,
    in_force,
    score_rows,
    tracked_fingerprint,
)
from brands.sentiment.judge import Unread
from brands.totals import refresh
from jobs.job_type import RunContext

BATCH = 50


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
    """Score the brand's answers that a scorer has not read yet, whenever they came in.

    What another version of a scorer read, or read with other names, is left to a rescore, which shows first what it
    changes. `position_limit` and `sentiment_limit` bound how many answers one run reads, oldest first, for their
    positions (mentions and citations too) and for their sentiment; `since` leaves out answers asked before that day.
    """
    count = ScoringCount()
    entities = brand.entities()
    wanted: dict[UUID, list[Scorer]] = {}
    for scorer in scorers_of(brand, context.run_id):
        limit = sentiment_limit if scorer.name == SENTIMENT else position_limit
        due = list(_unscored(brand, scorer, since).values_list("pk", flat=True))
        count.left = max(count.left, len(due) - len(due[:limit]))
        for pk in due[:limit]:
            wanted.setdefault(pk, []).append(scorer)
    offset, read = context.done, 0
    for batch in read_answers(list(wanted)):
        rows: list[Score] = []
        for scorer, answers in together(batch, wanted):
            try:
                rows += scored(answers, entities, scorer, count)
            except Unread as reason:
                context.miss(f"{scorer.name} of an answer", str(reason))
            context.checkpoint()
        keep_scores(rows)
        read += len(batch)
        context.progress(offset + read, offset + len(wanted))
    return count


def together(batch: list[Answer], wanted: dict[UUID, list[Scorer]]) -> Iterator[tuple[Scorer, list[Answer]]]:
    """The answers of a batch that each scorer is to read, as many at once as it likes."""
    scorers = dict.fromkeys(scorer for answer in batch for scorer in wanted[answer.pk])
    for scorer in scorers:
        due = [answer for answer in batch if scorer in wanted[answer.pk]]
        for start in range(0, len(due), scorer.at_once):
            yield scorer, due[start : start + scorer.at_once]


def _unscored(brand: Brand, scorer: Scorer, since: date | None) -> Any:
    seen = Score.objects.filter(answer=OuterRef("pk"), brand=brand, scorer=scorer.name, is_current=True)
    answers = brand.answers.filter(~Exists(seen), status=Answer.Status.ANSWERED).order_by("asked_at", "pk")
    return answers.filter(asked_at__date__gte=since) if since else answers


def read_answers(ids: list[UUID]) -> Iterator[list[Answer]]:
    """The answers with what belongs to them, a batch at a time, in the order of the ids."""
    for batch in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        found = Answer.objects.prefetch_related("citations", "corrections").defer("body").in_bulk(batch)
        yield [found[pk] for pk in batch if pk in found]


def scored(
    answers: list[Answer],
    entities: list[Entity],
    scorer: Scorer,
    count: ScoringCount,
    *,
    is_current: bool = True,
    under: Callable[[Answer], list[Correction]] = in_force,
) -> list[Score]:
    """What the scorer finds in the answers, with what people say about them; not saved. May raise Unread."""
    tracked = tracked_fingerprint(entities)
    corrections = [under(answer) for answer in answers]
    texts = [answer_text(answer, of) for answer, of in zip(answers, corrections, strict=True)]
    rows: list[Score] = []
    for answer, of, found in zip(answers, corrections, scorer.score_together(texts, entities), strict=True):
        findings = corrected(scorer.name, found, of)
        prints = {"tracked": tracked, "corrected": corrections_fingerprint(of)}
        rows += score_rows(answer, scorer, findings, **prints, is_current=is_current)
        count.add(scorer.name, answer, findings)
    return rows


@transaction.atomic
def keep_scores(rows: list[Score]) -> None:
    """Write down first scores. Another run may have scored an answer meanwhile; the unique keys keep the first."""
    Score.objects.bulk_create(rows, ignore_conflicts=True)
    refresh(row.answer for row in rows)

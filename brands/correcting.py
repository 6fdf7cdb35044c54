"""What people say against the scorers: written down, and in force at once."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from brands.judges import scorers_of
from brands.models import Answer, Correction, Score
from brands.scoring import ScoringCount, read_answers, scored
from brands.totals import refresh


class NothingToCorrect(ValueError):
    """The answer does not have these words, or nobody has scored it yet."""


@transaction.atomic
def correct(answer: Answer, entity: Any, kind: str, author: Any, *, note: str = "", **what: Any) -> Correction:
    """Write down what a person says about one answer, and score it anew under it.

    `what`: `start` and `end` of the words in the answer's text, or the `label` of a sentiment. An earlier correction
    of the same thing is withdrawn.

    Raises:
        NothingToCorrect: with the reason as a sentence.
    """
    if not answer.scores.filter(is_current=True).exists():
        raise NothingToCorrect("This answer is not scored yet.")
    start, end = what.get("start"), what.get("end")
    if kind != Correction.Kind.SENTIMENT and not (
        isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(answer.text)
    ):
        raise NothingToCorrect("The answer has no such words.")
    about = {entity.kind: entity}
    same = answer.corrections.filter(withdrawn_at=None, start=start, end=end, **about)
    same = same.filter(kind=kind) if kind == Correction.Kind.SENTIMENT else same.exclude(kind=Correction.Kind.SENTIMENT)
    same.update(withdrawn_at=timezone.now())
    made = Correction.objects.create(
        answer=answer, kind=kind, note=note.strip(), author=author, author_name=str(author)[:150], **about, **what
    )
    score_anew(answer)
    return made


@transaction.atomic
def withdraw(correction: Correction) -> None:
    """Take a correction back: the scorers' own word counts again."""
    changed = Correction.objects.filter(pk=correction.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    if changed:
        score_anew(correction.answer)


def score_anew(answer: Answer) -> None:
    """Score one answer with the corrections that are in force, and let these scores count."""
    for [fresh] in read_answers([answer.pk]):
        current = Score.objects.filter(answer=fresh, is_current=True)
        known = set(current.values_list("scorer", flat=True))
        wanted = [scorer for scorer in scorers_of(fresh.brand) if scorer.name in known]
        entities = fresh.brand.entities()
        rows = [row for each in wanted for row in scored([fresh], entities, each, ScoringCount(), is_current=False)]
        Score.objects.bulk_create(rows, ignore_conflicts=True)
        current.update(is_current=False)
        for scorer in wanted:
            Score.objects.filter(
                answer=fresh,
                scorer=scorer.name,
                version=scorer.version,
                tracked=rows[0].tracked,
                corrected=rows[0].corrected,
            ).update(is_current=True)
        refresh([fresh])


def words_in(answer: Answer, words: str) -> tuple[int, int]:
    """Where some words first stand in the answer's text.

    Raises:
        NothingToCorrect: they do not.
    """
    start = answer.text.find(words.strip()) if words.strip() else -1
    if start < 0:
        raise NothingToCorrect("The answer does not have these words. Copy them from the raw text.")
    return start, start + len(words.strip())

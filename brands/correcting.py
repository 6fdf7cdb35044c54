"""What people say against the scorers: written down, and in force at once."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from brands.judges import scorers_of
from brands.models import Answer, Correction, Score
from brands.scores import in_force
from brands.scoring import ScoringCount, read_answers, scored
from brands.totals import refresh
from jobs.errors import JobError


class NothingToCorrect(ValueError):
    """The answer does not have these words, or nobody has scored it yet."""


def correct(answer: Answer, entity: Any, kind: str, author: Any, *, note: str = "", **what: Any) -> Correction:
    """Write down what a person says about one answer, and score it anew under it.

    `what`: `start` and `end` of the words in the answer's text, or the `label` of a sentiment. An earlier correction
    of the same thing is withdrawn.

    Raises:
        NothingToCorrect: with the reason as a sentence; nothing was changed.
    """
    if not answer.scores.filter(is_current=True).exists():
        raise NothingToCorrect("This answer is not scored yet.")
    start, end = what.get("start"), what.get("end")
    if kind != Correction.Kind.SENTIMENT and not (
        isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(answer.text)
    ):
        raise NothingToCorrect("The answer has no such words.")
    about = {entity.kind: entity}
    made = Correction(
        answer=answer, kind=kind, note=note.strip(), author=author, author_name=str(author)[:150], **about, **what
    )
    _put_in_force(answer, lambda before: [made, *(each for each in before if not _is_about_the_same(each, made))])
    return made


def withdraw(correction: Correction) -> None:
    """Take a correction back: the scorers' own word counts again. Raises as `correct` does."""
    _put_in_force(correction.answer, lambda before: [each for each in before if each != correction])


def _is_about_the_same(one: Correction, other: Correction) -> bool:
    is_sentiment = Correction.Kind.SENTIMENT
    return (one.entity_key, one.start, one.end, one.kind == is_sentiment) == (
        *(other.entity_key, other.start, other.end),
        other.kind == is_sentiment,
    )


def _put_in_force(answer: Answer, change: Callable[[list[Correction]], list[Correction]]) -> None:
    """Score the answer under other corrections (newest first), then write these and the scores down together.

    Scoring may ask a language model, for which no transaction stays open: its call has to be in the ledger first, and
    nobody else should wait. Where the corrections have changed meanwhile it begins anew.
    """
    is_done = False
    while not is_done:
        for [fresh] in read_answers([answer.pk]):
            before = in_force(fresh)
            after = change(before)
            is_done = after == before or _keep(fresh, before, after, _scored_under(fresh, after))


def _scored_under(answer: Answer, corrections: list[Correction]) -> list[Score]:
    known = set(Score.objects.filter(answer=answer, is_current=True).values_list("scorer", flat=True))
    entities = answer.brand.entities()
    try:
        return [
            row
            for scorer in scorers_of(answer.brand)
            if scorer.name in known
            for row in scored([answer], entities, scorer, ScoringCount(), is_current=False, under=lambda _: corrections)
        ]
    except JobError as error:
        raise NothingToCorrect(f"The answer could not be scored anew, so nothing was changed. {error}") from None


@transaction.atomic
def _keep(answer: Answer, before: list[Correction], after: list[Correction], rows: list[Score]) -> bool:
    """Let these corrections and scores count; False, and nothing changed, where others are in force meanwhile."""
    if set(in_force(Answer.objects.select_for_update().only("pk").get(pk=answer.pk))) != set(before):
        return False
    Correction.objects.filter(pk__in=[each.pk for each in before if each not in after]).update(
        withdrawn_at=timezone.now()
    )
    for each in after:
        if each not in before:
            each.save(force_insert=True)
    Score.objects.bulk_create(rows, ignore_conflicts=True)
    current = Score.objects.filter(answer=answer)
    current.filter(is_current=True).update(is_current=False)
    for scorer, version, tracked, corrected in {(r.scorer, r.version, r.tracked, r.corrected) for r in rows}:
        current.filter(scorer=scorer, version=version, tracked=tracked, corrected=corrected).update(is_current=True)
    refresh([answer])
    return True


def words_in(answer: Answer, words: str) -> tuple[int, int]:
    """Where some words first stand in the answer's text.

    Raises:
        NothingToCorrect: they do not.
    """
    start = answer.text.find(words.strip()) if words.strip() else -1
    if start < 0:
        raise NothingToCorrect("The answer does not have these words. Copy them from the raw text.")
    return start, start + len(words.strip())

"""New scores of a brand's answers beside the current ones: what they change is shown before they count.

Scores are findings of pure functions, so those of the same version, names and corrections are the same row: to compute
them twice adds nothing. The old ones stay.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from brands.judges import scorers_of
from brands.models import Answer, Brand, Rescore, Score
from brands.score_changes import Difference, by_key, differences
from brands.scores import tracked_fingerprint
from brands.scoring import ScoringCount, read_answers, scored, together
from brands.totals import rebuild
from jobs.errors import JobError, NotConfigured

MOST_KEPT = 500  # differences that are written down; all are counted
Step = Callable[[int, int], None]  # done, of how many


@dataclass(slots=True)
class Comparison:
    """What a rescore found."""

    answers: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # of differences, by kind
    differences: list[Difference] = field(default_factory=list)  # the first MOST_KEPT

    def add(self, found: list[Difference]) -> None:
        self.counts.update(each.kind for each in found)
        self.differences += found[: MOST_KEPT - len(self.differences)]


class Overtaken(JobError):
    """This rescore was decided on already, or names or scorers have changed since. Rescore again."""


def versions(brand: Brand) -> dict[str, str]:
    """Of the scorers of the brand; raises NotConfigured where its judge of sentiment cannot be asked."""
    return {scorer.name: scorer.version for scorer in scorers_of(brand)}


def outdated(brand: Brand) -> int:
    """How many answers count with scores of other names or of another version than they would get now.

    Where the judge of sentiment cannot be asked nothing is known, and nothing is counted: the next run says why.
    """
    now = Q()
    try:
        wanted = versions(brand)
    except NotConfigured:
        return 0
    for scorer, version in wanted.items():
        now |= Q(scorer=scorer, version=version)
    current = Score.objects.filter(brand=brand, is_current=True).order_by()
    old = current.exclude(now, tracked=tracked_fingerprint(brand.entities()))
    return old.values("answer_id").distinct().count()


def compare(brand: Brand, step: Step = lambda done, total: None, *, keep: bool) -> Comparison:
    """Score anew what has been scored. With `keep` the scores are written down, and none of them counts yet."""
    entities, wanted = brand.entities(), scorers_of(brand)
    with_scores = brand.answers.filter(Exists(Score.objects.filter(answer=OuterRef("pk"), is_current=True)))
    ids = list(with_scores.order_by("asked_at", "pk").values_list("pk", flat=True))
    found = Comparison()
    for batch in read_answers(ids):
        current = {answer.pk: by_key(scores) for answer, scores in _current(batch)}
        again = {pk: [each for each in wanted if each.name in {name for name, _ in was}] for pk, was in current.items()}
        new: dict[UUID, list[Score]] = defaultdict(list)
        for scorer, answers in together(batch, again):
            for row in scored(answers, entities, scorer, ScoringCount(), is_current=False):
                new[row.answer_id].append(row)
            step(found.answers, len(ids))
        for answer in batch:
            found.add(list(differences(answer, entities, current[answer.pk], by_key(new[answer.pk]))))
        found.answers += len(batch)
        step(found.answers, len(ids))
        if keep:
            Score.objects.bulk_create(chain.from_iterable(new.values()), ignore_conflicts=True)
    return found


def _current(answers: list[Answer]) -> Iterator[tuple[Answer, list[Score]]]:
    found: dict[UUID, list[Score]] = defaultdict(list)
    for score in Score.objects.filter(answer__in=answers, is_current=True):
        found[score.answer_id].append(score)
    return ((answer, found[answer.pk]) for answer in answers)


def rescore(brand: Brand, started_by: str, step: Step = lambda done, total: None) -> Rescore:
    """Compute new scores, write them down beside the current ones, and what they change. It replaces what waited."""
    comparison = compare(brand, step, keep=True)
    with transaction.atomic():
        brand.rescores.filter(state=Rescore.State.READY).update(
            state=Rescore.State.DISCARDED, decided_at=timezone.now()
        )
        return Rescore.objects.create(
            brand=brand,
            tracked=tracked_fingerprint(brand.entities()),
            versions=versions(brand),
            answers=comparison.answers,
            counts=dict(comparison.counts),
            differences=[asdict(each) for each in comparison.differences],
            started_by=started_by[:150],
        )


@transaction.atomic
def apply(rescore: Rescore, by: Any = None) -> None:
    """Make its scores the current ones, all at once.

    Raises:
        Overtaken: names or scorers have changed since it was computed, or it was decided on already.
    """
    waiting = Rescore.objects.select_for_update().filter(pk=rescore.pk, state=Rescore.State.READY).first()
    brand = rescore.brand
    if (
        waiting is None
        or waiting.tracked != tracked_fingerprint(brand.entities())
        or waiting.versions != versions(brand)
    ):
        raise Overtaken
    for scorer, version in waiting.versions.items():
        _make_current(brand, scorer, version, waiting.tracked)
    _decide(waiting, Rescore.State.APPLIED, by)
    rebuild(brand)


def _make_current(brand: Brand, scorer: str, version: str, tracked: str) -> None:
    """What was corrected since the rescore was scored anew then, and is current already."""
    of_brand = Score.objects.filter(answer__brand=brand, scorer=scorer)
    new = of_brand.filter(version=version, tracked=tracked)
    ready = new.filter(answer=OuterRef("answer"), is_current=False)
    fresh = new.filter(answer=OuterRef("answer"), is_current=True)
    answers = set(of_brand.filter(Exists(ready), ~Exists(fresh)).values_list("answer_id", flat=True))
    for batch in _batches(sorted(answers)):
        of_brand.filter(answer__in=batch, is_current=True).update(is_current=False)
        for corrected, ids in _latest(new.filter(answer__in=batch)).items():
            new.filter(answer__in=ids, corrected=corrected).update(is_current=True)


def _latest(scores: Any) -> dict[str, list[Any]]:
    """The answers by the corrections of their newest scores."""
    newest: dict[Any, str] = dict(scores.order_by("pk").values_list("answer_id", "corrected"))
    found: dict[str, list[Any]] = {}
    for answer, corrected in newest.items():
        found.setdefault(corrected, []).append(answer)
    return found


def _batches(ids: list[Any], size: int = 500) -> Iterator[list[Any]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def discard(rescore: Rescore, by: Any = None) -> None:
    """Keep the current scores. The new ones stay beside them and count no more than before.

    Raises:
        Overtaken: it was decided on already.
    """
    with transaction.atomic():
        waiting = Rescore.objects.select_for_update().filter(pk=rescore.pk, state=Rescore.State.READY).first()
        if waiting is None:
            raise Overtaken
        _decide(waiting, Rescore.State.DISCARDED, by)


def _decide(rescore: Rescore, state: Rescore.State, by: Any) -> None:
    rescore.state, rescore.decided_by, rescore.decided_at = state, by, timezone.now()
    rescore.save(update_fields=["state", "decided_by", "decided_at"])

"""What people corrected, as cases: do the scorers of now agree with them by themselves?"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from brands.models import Answer, Brand, Correction
from brands.scorers.sentiment import SentimentScorer
from brands.scores import answer_text
from brands.scoring import read_answers


@dataclass(frozen=True, slots=True)
class Case:
    correction: str  # id
    answer: str  # id
    entity: str
    kind: str
    words: str
    expected: str
    found: str
    author: str

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def cases(brand: Brand | None = None) -> Iterator[Case]:
    """One for each correction in force, judged by the scorers without any correction."""
    rows = Correction.objects.filter(withdrawn_at=None)
    rows = rows if brand is None else rows.filter(answer__brand=brand)
    ids = list(rows.order_by().values_list("answer_id", flat=True).distinct())
    for batch in read_answers(ids):
        for answer in batch:
            yield from _of_answer(answer)


def _of_answer(answer: Answer) -> Iterator[Case]:
    text, entities = answer_text(answer), answer.brand.entities()
    mentions = text.mentions(entities)
    labels = {each.entity.key: each.measures["label"] for each in SentimentScorer().score(text, entities)}
    for each in answer.corrections.all():
        if each.withdrawn_at is not None:
            continue
        if each.kind == Correction.Kind.SENTIMENT:
            expected, found = each.label, labels.get(each.entity_key) or "absent"
        else:
            first, last = each.start or 0, each.end or 0
            is_found = any(m.entity.key == each.entity_key and m.start < last and first < m.end for m in mentions)
            expected = "a mention" if each.kind == Correction.Kind.MENTION else "no mention"
            found = "a mention" if is_found else "no mention"
        words = answer.text[each.start or 0 : each.end or 0]
        about = (str(each.pk), str(answer.pk), str(each.entity), each.kind, words)
        yield Case(*about, expected, found, each.author_name)


def evaluation(brand: Brand | None = None) -> dict[str, Any]:
    """{cases, agreeing, by_kind: {kind: {cases, agreeing}}, disagreeing: [case]}."""
    found = list(cases(brand))
    kinds = {kind: [each for each in found if each.kind == kind] for kind in Correction.Kind.values}
    return {
        "cases": len(found),
        "agreeing": sum(each.agrees for each in found),
        "by_kind": {
            kind: {"cases": len(of), "agreeing": sum(each.agrees for each in of)} for kind, of in kinds.items()
        },
        "disagreeing": [asdict(each) for each in found if not each.agrees],
    }

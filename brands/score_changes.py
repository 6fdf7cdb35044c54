"""What changes from one score of an answer to another, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brands.matching.name_rule import rule_words
from brands.models import Answer, Score
from brands.scorer import Entity

LONGEST = 200  # characters of a text
MEASURES = {"position": ("rank", "recommended", "compared", "warned_against"), "sentiment": ("label",)}
Key = tuple[str, str]  # scorer, and the entity's key


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes in one answer for one entity, and why."""

    answer: str  # id
    question: str
    collector: str
    entity: str
    kind: str  # mention gained, mention lost, or the measure that is another
    was: str
    now: str
    why: str


def by_key(scores: Sequence[Score]) -> dict[Key, Score]:
    return {(score.scorer, str(score.brand_id or score.competitor_id)): score for score in scores}


def differences(
    answer: Answer, entities: Sequence[Entity], was: Mapping[Key, Score], now: Mapping[Key, Score]
) -> Iterator[Difference]:
    """What counts in these figures: places that are mentions, ranks, stances and labels."""
    takers = {_span(found): score for score in now.values() if score.scorer == "mentions" for found in score.evidence}
    names = {entity.key: entity.name for entity in entities}
    for entity in entities:
        about = {"answer": str(answer.pk), "question": answer.question[:LONGEST]}
        about |= {"collector": answer.collector, "entity": entity.name}
        key = ("mentions", entity.key)
        if key in now:
            yield from _mentions(entity, was.get(key), now[key], takers, names, about)
        for scorer, measures in MEASURES.items():
            if (scorer, entity.key) in now:
                yield from _measures(was.get((scorer, entity.key)), now[scorer, entity.key], measures, about)


def _span(found: Mapping[str, Any]) -> tuple[Any, Any]:
    return found.get("start"), found.get("end")


def _mentions(
    entity: Entity,
    was: Score | None,
    now: Score,
    takers: Mapping[tuple[Any, Any], Score],
    names: Mapping[str, str],
    about: dict[str, str],
) -> Iterator[Difference]:
    before = {_span(found): found for found in (was.evidence if was else ())}
    after = {_span(found): found for found in now.evidence}
    for span in after.keys() - before.keys():
        why = f"It is found as “{after[span].get('alias')}”" if after[span].get("alias") else "A person said so"
        yield Difference(**about, kind="mention gained", was="", now=_context(after[span]), why=f"{why}.")
    for span in before.keys() - after.keys():
        overlapping = (score for other, score in takers.items() if other[0] < span[1] and span[0] < other[1])
        taker = next(overlapping, None)
        why = _why_lost(entity, before[span].get("alias") or "", was, now)
        if taker is not None and _key(taker) != entity.key:
            why = f"The words name {names.get(_key(taker), 'another')} now."
        yield Difference(**about, kind="mention lost", was=_context(before[span]), now="", why=why)


def _key(score: Score) -> str:
    return str(score.brand_id or score.competitor_id)


def _context(found: Mapping[str, Any]) -> str:
    return str(found.get("sentence") or found.get("text") or "")[:LONGEST]


def _why_lost(entity: Entity, alias: str, was: Score | None, now: Score) -> str:
    if was is not None and was.corrected != now.corrected:
        return "A person said that it is no mention."
    if alias.casefold() not in (name.casefold() for name in entity.names):
        return f"“{alias}” is no longer one of its names."
    rule = entity.rule_of(alias)
    if rule is not None:
        return f"The rule of “{alias}” does not allow it here: {rule_words(rule)}."
    return _version(was, now) or "Another name is found there."


def _measures(was: Score | None, now: Score, measures: Sequence[str], about: dict[str, str]) -> Iterator[Difference]:
    for measure in measures:
        before, after = (score.measures.get(measure) if score else None for score in (was, now))
        if (before or None) != (after or None):
            why = _version(was, now) or "Other places count as mentions."
            yield Difference(**about, kind=measure.replace("_", " "), was=_said(before), now=_said(after), why=why)


def _version(was: Score | None, now: Score) -> str:
    if was is None or was.version == now.version:
        return ""
    return f"The scorer is another: {now.scorer} {was.version} → {now.version}."


def _said(value: Any) -> str:
    return {None: "–", True: "yes", False: "no"}.get(value, str(value))

"""Names that mean something else too, and the rule that keeps what they mean apart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brands.matching.answer_text import AnswerText
from brands.matching.entity import Entity, NameRule
from brands.matching.name_form import name_forms
from brands.matching.text import fold

SHORT = 3  # letters


@dataclass(frozen=True, slots=True)
class Ambiguity:
    name: str
    reasons: tuple[str, ...]
    proposed: NameRule


def ambiguities(entity: Entity, others: Sequence[Entity] = (), known: Iterable[str] = ()) -> list[Ambiguity]:
    """The entity's ambiguous names that have no rule yet.

    `others` are tracked together with it, so their longer names are told apart already; `known` are further names.
    """
    tracked = {name for other in others if other.key != entity.key for name in other.names} | set(entity.names)
    unruled = [name for name in dict.fromkeys(entity.names) if entity.rule_of(name) is None]
    found = [_ambiguity(name, tracked, set(known) - tracked) for name in unruled]
    return [each for each in found if each is not None]


def _ambiguity(name: str, tracked: set[str], known: set[str]) -> Ambiguity | None:
    forms = name_forms(name)
    if not forms:
        return None
    form = forms[0]
    within = sorted(other for other in tracked | known if _is_part(name, other))
    reasons = {
        "It is an ordinary word.": form.ordinary,
        f"It has {form.letters} letters only.": form.letters <= SHORT,
        f"It is a part of “{within[0] if within else ''}”.": bool(within),
    }
    if not any(reasons.values()):
        return None
    rule = NameRule(
        name,
        case_sensitive=any(map(str.isupper, name)),
        exact=form.letters <= SHORT,
        required=() if any(map(str.isupper, name)) else _required(name),
        excluded=tuple(other for other in within if other in known),
    )
    return Ambiguity(name, tuple(reason for reason, holds in reasons.items() if holds), rule)


def _required(name: str) -> tuple[str, ...]:
    """Of a name without a capital the spelling says nothing; words that speak of an offer must stand by it."""
    return ("brand", "company", "app", "product", "store", f"{name}.com")


def _is_part(name: str, other: str) -> bool:
    folded, whole = fold(name).strip(), fold(other).strip()
    return folded != whole and re.search(rf"(?<![^\W_]){re.escape(folded)}(?![^\W_])", whole) is not None


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often a name's letters stand in some answers, and how many of these places its rule leaves out."""

    answers: int
    places: int
    left_out: int

    @property
    def rate(self) -> float | None:
        return self.left_out / self.places if self.places else None


def hit_rate(name: str, proposed: NameRule, texts: Iterable[str]) -> HitRate:
    """Over the texts; a place is any that has the name as a word of its own, in capitals or not."""
    word = re.compile(rf"(?<![^\W_]){re.escape(fold(name).strip())}(?![^\W_])")
    ruled = [Entity("ruled", name, "brand", rules=(proposed,))]
    answers = places = kept = 0
    for text in texts:
        folded = fold(text)
        found = len(word.findall(folded))
        if not found:
            continue
        answers, places = answers + 1, places + found
        kept += min(found, len(AnswerText(text).mentions(ruled)))
    return HitRate(answers, places, places - kept)

"""Whether an answer recommends an entity, compares it or warns against it, where a sentence says so.

Patterns on the words right before and after a mention: English, and the plainest words of German, French, Spanish and
Italian. What they do not know is no stance.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brands.matching.answer_text import AnswerText
from brands.matching.entity import Entity, Mention

Stance = Literal["recommended", "compared", "warned_against"]
_REACH = 120  # characters before and after a mention
_OTHER = "◊"  # stands for another mention
# "Acme, Borealis and ◊": what is said before the first is said of each.
_LISTED = rf"(?:{_OTHER}(?:\W+(?:and|or|und|oder|et|ou|y|o|e))?\W+)*"
_ARTICLE = r"(?:(?:the|an?|both|either|der|die|das|le|la|el)\W+)?"
_NOT = r"(?:n['’]t|\bnot|\bnever|\bcannot|\bno longer)"
_NOUN = r"(?:choices?|picks?|options?|bets?|recommendations?|alternatives?|fit|solution)"
_GOOD = r"(?:best|top|great|excellent|good|solid|strong|ideal|perfect|safe|smart|wise|outstanding|go-to|leading)"

_WARNS_BEFORE = re.compile(
    rf"\b(?:avoid(?:ing)?|steer clear of|stay(?:ing)? away from|beware of|be wary of|"
    rf"warn(?:s|ed|ing)? (?:\w+ )?against|"
    rf"advise[sd]? (?:\w+ )?against|think twice (?:about|before)|(?:\w+{_NOT}|{_NOT})\W+(?:\w+\W+){{0,2}}?"
    rf"(?:recommend(?:ing)?|buy(?:ing)?|us(?:e|ing)|choos(?:e|ing)|pick|get|trust|go with|suggest)|"
    r"meiden sie|finger weg von|nicht empfehlen|rate[nt]? von|abraten von|évite[rz]?|déconseill\w+|"
    r"evita[r]?|evite|no recomend\w+|no recomiend\w+|sconsigl\w+)"
    rf"\W+(?:(?:using|buying|choosing|going with|getting)\W+)?{_ARTICLE}{_LISTED}\Z",
    re.IGNORECASE,
)
_WARNS_AFTER = re.compile(
    rf"(?:['’]s)?\W*\b(?:(?:is|are|was|would|does|do)(?:{_NOT}|\W+(?:not|never))\W+"
    rf"(?:\w+\W+){{0,2}}?(?:recommended|advisable|"
    rf"worth (?:it|the|buying)|an? {_GOOD} {_NOUN})|(?:should|must) be avoided|(?:is|are) (?:best|better) avoided|"
    r"(?:is|are) (?:one|ones|something) to avoid|(?:is|are) worth avoiding|ist nicht (?:zu empfehlen|empfehlenswert)|"
    r"n['’]est pas recommandé|no es recomendable)",
    re.IGNORECASE,
)
_RECOMMENDS_BEFORE = re.compile(
    r"(?:\b(?:recommend(?:s|ed|ing)?|suggest(?:s|ing)?|(?<!if you )(?<!when you )"
    r"(?:go(?:ing)? (?:with|for)|choose|opt for|"
    r"pick)|can['’]?t go wrong with|cannot go wrong with|worth considering(?: is| are)?|your best bet is|"
    r"empfehl\w+|recommand\w+|recomend\w+|recomiend\w+|consigli\w+)(?:\W+(?:you|trying|using|that you try))?\W+"
    rf"|\b(?:best|top pick|winner|our pick|editor['’]s choice|recommended|recommendation|runner-up)\b"
    rf"[^.!?\n{_OTHER}]{{0,40}}"
    rf"(?:[:–—]|\b(?:is|are))\W*){_ARTICLE}{_LISTED}\Z",
    re.IGNORECASE,
)
_RECOMMENDS_AFTER = re.compile(
    rf"(?:['’]s)?\W*(?:\([^()]{{0,60}}\)\W*)?\b(?:is|are|remains?|stands? out as|makes?|would be|"
    r"comes out as|offers?)\W+"
    r"(?:(?:widely|generally|often|also|still|probably|arguably|definitely|easily|likely|clearly|an?|the|our|my|one of|"
    rf"among|overall)\W+){{0,4}}(?:(?:highly|strongly)\W+)?(?:recommended\b|"
    rf"(?:very\W+)?{_GOOD}\W+(?:\w+\W+){{0,3}}?{_NOUN}\b|"
    r"(?:best|top)\b|(?:ist|est|es) (?:zu empfehlen|empfehlenswert|recommandé|recomendable))"
    r"|\W*\b(?:ist (?:sehr )?empfehlenswert|ist zu empfehlen|est recommandé|es recomendable)",
    re.IGNORECASE,
)
_COMPARES_BEFORE = re.compile(
    r"\b(?:than|vs\.?|versus|compar(?:ed|able|ing) (?:to|with)|unlike|in contrast to|as opposed to|rather than|"
    r"alternatives? to|compet(?:es|ing|itors?) (?:with|of|to)|instead of|"
    r"im (?:vergleich|gegensatz) (?:zu|zum|zur|mit)|anders als|"
    r"par rapport (?:à|au)|contrairement (?:à|au)|comparé (?:à|au)|en comparación con|a diferencia de|rispetto a)\W+"
    rf"{_ARTICLE}{_LISTED}\Z",
    re.IGNORECASE,
)
_COMPARES_AFTER = re.compile(
    rf"(?:['’]s)?[^.!?\n]{{0,80}}?\b(?:than|vs\.?|versus|compar(?:ed|able) (?:to|with)|unlike|in contrast to|"
    rf"im (?:vergleich|gegensatz) (?:zu|mit)|par rapport à|en comparación con)\W+{_ARTICLE}{_OTHER}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """The sentence at `start:end` takes this stance to the entity."""

    entity: Entity
    stance: Stance
    start: int
    end: int


def stances(text: AnswerText, mentions: Sequence[Mention]) -> list[Said]:
    """Each sentence that takes a stance, in the order of the text."""
    starts = [mention.start for mention in mentions]
    found: dict[Said, None] = {}
    for start, end in text.sentences:
        named = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
        for mention in named:
            before = _masked(text.visible, max(start, mention.start - _REACH), mention.start, named)
            after = _masked(text.visible, mention.end, min(end, mention.end + _REACH), named)
            for stance in _taken(before, after):
                found[Said(mention.entity, stance, start, end)] = None
    return list(found)


def _masked(visible: str, start: int, end: int, named: Sequence[Mention]) -> str:
    pieces: list[str] = []
    at = start
    for mention in named:
        if mention.start >= at and mention.end <= end:
            pieces += (visible[at : mention.start], _OTHER)
            at = mention.end
    return "".join((*pieces, visible[at:end]))


def _taken(before: str, after: str) -> list[Stance]:
    taken: list[Stance] = []
    if _COMPARES_BEFORE.search(before) or _COMPARES_AFTER.match(after):
        taken.append("compared")
    if _WARNS_BEFORE.search(before) or _WARNS_AFTER.match(after):
        taken.append("warned_against")
    elif _RECOMMENDS_BEFORE.search(before) or _RECOMMENDS_AFTER.match(after):
        taken.append("recommended")
    return taken

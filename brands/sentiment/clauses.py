"""Which words of a sentence speak of which entity."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from brands.lexicon import BOOSTERS, NEGATIONS, valences
from brands.matching import Entity, Mention

_TOKEN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[,;:]")
_CONTRAST = re.compile(
    r"(?P<unlike>\bunlike\b[^,;.]*[,;]?)|;|\s[—–]\s|—|\b(?:but|however|while|whereas|although|though|yet|despite|except)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[\s,/&*_]*(?:and|or|&|und)?[\s,*_]*(?:the\s)?", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|compared (?:to|with)|over|ahead of)\b", re.IGNORECASE)
# What the first does to the second: how good for the first; the second gets the opposite.
_RIVALRY = re.compile(
    r"\b(?:(?P<wins>beats?|outperforms?|surpass(?:es)?|outshines?|tops|edges out|outranks?)|"
    r"(?P<loses>lags? behind|trails?|loses to|falls behind|is outperformed by))\b",
    re.IGNORECASE,
)
_BETTER_OF_TWO = 2.0
_NEGATED = -0.74  # VADER's factor
_CONCEDED = 0.5  # VADER's factor for what stands before a "but"
_REACH, _FAR = 15, 0.1  # words after which an opinion word counts least, and how much it does then
_PREFERRED = re.compile(r"\b(?:choose|prefer(?:s|red)?|pick|take|favou?rs?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a span of the text says about an entity: the sum of its words' valences and how many words had one."""

    entity: Entity
    valence: float
    opinion_words: int


def valence(text: str, target: int | None = None) -> tuple[float, int]:
    """The sum of the valences of the words, and how many words had one; a negation turns the next three words.

    `target` is the offset of what is spoken of: words count the less, the farther they are from it.
    """
    words = [token.lower().replace("’", "'") for token in _TOKEN.findall(text)]
    centre = None if target is None else len(_TOKEN.findall(text, 0, target))
    lexicon = valences()
    total, count = 0.0, 0
    for index, word in enumerate(words):
        value = lexicon.get(word, 0.0)
        if value and word not in NEGATIONS:
            weight = 1.0 if centre is None else max(_FAR, 1 - abs(index - centre) / _REACH)
            total += weight * _in_context(value, words[max(0, index - 3) : index])
            count += 1
    return total, count


def _in_context(value: float, before: Sequence[str]) -> float:
    sign = 1 if value > 0 else -1
    value += sign * sum(BOOSTERS.get(word, 0.0) for word in before[-2:])
    return value * _NEGATED if any(_negates(word) for word in before) else value


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")


def sentence_evidence(text: str, start: int, end: int, mentions: Sequence[Mention]) -> list[Evidence]:
    """What one sentence says about each entity that it names."""
    found: list[Evidence] = []
    pending: list[tuple[int, int]] = []  # clauses before the first name: "Although cheap, Acme is slow"
    current: list[Mention] = []
    for first, last, unlike in _clauses(text, start, end):
        named = [mention for mention in mentions if first <= mention.start < last]
        if unlike:
            found += _unlike(text, last, end, named)
        elif named:
            found += _clause(text, first, last, named)
            found += [
                Evidence(item.entity, _CONCEDED * item.valence, item.opinion_words)
                for span in pending
                for item in _about(text[slice(*span)], named[:1])
            ]
            pending, current = [], named
        elif current:
            found += _about(text[first:last], current[-1:])
        else:
            pending.append((first, last))
    return found


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int, bool]]:
    clauses: list[tuple[int, int, bool]] = []
    for mark in _CONTRAST.finditer(text, start, end):
        clauses.append((start, mark.start(), False))
        if mark["unlike"]:
            clauses.append((*mark.span(), True))
        start = mark.end()
    return [*((first, last, unlike) for first, last, unlike in clauses if last > first), (start, end, False)]


def _unlike(text: str, rest: int, end: int, named: Sequence[Mention]) -> list[Evidence]:
    """ "Unlike X, Y is fast": what is said of Y, weaker and turned round, is said of X."""
    said, count = valence(text[rest:end])
    return [Evidence(entity, -0.5 * said, count) for entity in _entities(named)]


def _clause(text: str, first: int, last: int, named: Sequence[Mention]) -> list[Evidence]:
    compared = _comparison(text, first, last, named)
    if compared:
        return compared
    groups = _groups(text, named)
    edges = [first, *(group[0].start for group in groups[1:]), last]
    return [
        item
        for group, begin, stop in zip(groups, edges, edges[1:], strict=False)
        for item in _about(_without_names(text, begin, stop, named), group, group[0].start - begin)
    ]


def _without_names(text: str, begin: int, stop: int, named: Sequence[Mention]) -> str:
    """A name is no opinion: "Best Buy" is not the best. Offsets stay."""
    pieces: list[str] = []
    for mention in named:
        if begin <= mention.start < stop:
            pieces += (text[begin : mention.start], ",".ljust(mention.end - mention.start))
            begin = mention.end
    return "".join((*pieces, text[begin:stop]))


def _groups(text: str, named: Sequence[Mention]) -> list[list[Mention]]:
    """Mentions that an "and" joins are spoken of together."""
    groups = [[named[0]]]
    for before, mention in pairwise(named):
        if mention.entity == before.entity or _JOINED.fullmatch(text, before.end, mention.start):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _comparison(text: str, first: int, last: int, named: Sequence[Mention]) -> list[Evidence]:
    """ "X is better than Y", "X beats Y": good for one is bad for the other. Empty where nothing is compared."""
    for pattern in (_RIVALRY, _THAN):
        mark = pattern.search(text, first, last)
        if mark is None:
            continue
        left = [mention for mention in named if mention.end <= mark.start()]
        right = [mention for mention in named if mention.start >= mark.end()]
        said, count = _advantage(mark, _without_names(text, first, mark.start(), named))
        if right and (left or count) and not (left and left[-1].entity == right[0].entity):
            return [
                *(Evidence(entity, said, count) for entity in _entities(left)),
                *(Evidence(entity, -said, count) for entity in _entities(right)),
            ]
    return []


def _advantage(mark: re.Match[str], before: str) -> tuple[float, int]:
    if mark.re is _RIVALRY:
        return (_BETTER_OF_TWO if mark["wins"] else -_BETTER_OF_TWO), 1
    if mark.group().lower() == "over" and _PREFERRED.search(before):
        return _BETTER_OF_TWO, 1
    return valence(before)


def _about(text: str, named: Sequence[Mention], target: int | None = None) -> list[Evidence]:
    said, count = valence(text, target)
    return [Evidence(entity, said, count) for entity in _entities(named)]


def _entities(named: Sequence[Mention]) -> list[Entity]:
    return list(dict.fromkeys(mention.entity for mention in named))

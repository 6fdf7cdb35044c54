"""Every mention of every tracked entity, longest name first across all of them."""

import re
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache

from brands.matching.boundaries import Surroundings
from brands.matching.context import Context, Sentences
from brands.matching.entity import Entity, Mention
from brands.matching.name_form import NameForm, name_forms
from brands.matching.text import ComparableText

LONGEST_PREFIX = 8  # characters that a name is looked up by
TRIED = 4  # of them are tried at each place of a text
_Found = tuple[int, int, int]  # start and end in the original, index of the name


class Matcher:
    """The names of one tuple of entities, compiled. Costs time linear in the text."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self._names: list[tuple[Entity, NameForm]] = [
            (entity, form)
            for entity in entities
            for name in dict.fromkeys(entity.names)
            for form in name_forms(name, entity.rule_of(name))
        ]
        self._by_prefix: dict[str, list[int]] = defaultdict(list)
        for index, (_, form) in enumerate(self._names):
            self._by_prefix[_literal_prefix(form.source)].append(index)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})
        self._candidates = re.compile(_any_of({prefix[:TRIED] for prefix in self._by_prefix}) or r"(?!)")

    def mentions(self, comparable: ComparableText, sentences: Sentences) -> tuple[Mention, ...]:
        """In the order of the text; none overlaps another."""
        text, search = comparable.text, self._candidates.search
        around = Surroundings(comparable, Context(comparable.text, comparable.original, sentences))
        found: list[_Found] = []
        candidate = search(text)
        while candidate:
            at = candidate.start()
            self._add_names_at(around, at, found)
            candidate = search(text, at + 1)
        return tuple(self._mention(comparable.original, item) for item in _longest(found))

    def _add_names_at(self, around: Surroundings, at: int, found: list[_Found]) -> None:
        text = around.comparable.text
        for length in self._lengths:
            for index in self._by_prefix.get(text[at : at + length], ()):
                form = self._names[index][1]
                match = form.pattern.match(text, at)
                span = around.accept(form, at, match.end()) if match else None
                if span:
                    found.append((*span, index))

    def _mention(self, original: str, found: _Found) -> Mention:
        start, end, index = found
        entity, form = self._names[index]
        return Mention(entity, start, end, original[start:end], form.alias, form.rule)


def _literal_prefix(source: str) -> str:
    """The characters that any spelling of a name begins with, at most LONGEST_PREFIX; one at least.

    What may be left out at the very beginning, such as a quote, is skipped.
    """
    while len(source) > 1 and source[1] == "?":
        source = source[2:]
    found, at = "", 0
    while at < len(source) and len(found) < LONGEST_PREFIX:
        width = 2 if source[at] == "\\" else 1
        if source[at + width : at + width + 1] == "?" or (width == 1 and source[at] == "("):
            break
        found += source[at + width - 1]
        at += width
    return found


def _any_of(prefixes: set[str]) -> str:
    """A pattern for any of them that looks at each character once, however many there are."""
    by_first: dict[str, set[str]] = defaultdict(set)
    for prefix in prefixes:
        by_first[prefix[:1]].add(prefix[1:])
    branches = [
        re.escape(first) + ("" if "" in rests else _any_of(rests)) for first, rests in sorted(by_first.items()) if first
    ]
    return f"(?:{'|'.join(branches)})" if branches else ""


def _longest(found: list[_Found]) -> list[_Found]:
    """The longest first, then the first; whatever overlaps one that is taken is dropped. In the order of the text."""
    starts: list[int] = []
    taken: list[_Found] = []
    for item in sorted(found, key=lambda item: (item[0] - item[1], item[0], item[2])):
        at = bisect_left(starts, item[0])
        if (at and taken[at - 1][1] > item[0]) or (at < len(taken) and taken[at][0] < item[1]):
            continue
        starts.insert(at, item[0])
        taken.insert(at, item)
    return taken


@lru_cache(maxsize=256)
def matcher_for(entities: tuple[Entity, ...]) -> Matcher:
    return Matcher(entities)

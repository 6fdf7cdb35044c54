"""Whose section a line is in: what stands under a heading or an item that an entity heads is about that entity."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from brands.matching import Entity, Mention

_LINE = re.compile(r"[^\n]+")
_HEAD = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<level>#{1,6})[ \t]+|(?P<item>[-*+•][ \t]+|\d{1,3}[.)][ \t]+)"
    r"|(?P<bold>(?:\*\*|__)[^*_\n]+(?:\*\*|__):?[ \t]*$))"
)
_MARKUP = re.compile(r"[\W_]*(?:\d{1,3}[.)][\W_]*)?")
_ITEM_DEPTH = 10  # items are below headings, which go from 1 to 6; a line in bold is a heading of the lowest kind
_BOLD_DEPTH = 9


@dataclass
class _Open:
    depth: int
    owner: Entity | None  # None: inherits the one above
    several: bool = False


@dataclass
class Sections:
    """Built once for an answer; `owner(offset)` is the entity whose section the offset is in."""

    visible: str
    mentions: Sequence[Mention]
    _starts: list[int] = field(default_factory=list)
    _owners: list[Entity | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        mention_starts = [mention.start for mention in self.mentions]
        stack: list[_Open] = []
        for line in _LINE.finditer(self.visible):
            head = _HEAD.match(self.visible, *line.span())
            if head:
                depth = _depth(head)
                while stack and stack[-1].depth >= depth:
                    stack.pop()
                at = bisect_left(mention_starts, line.start()), bisect_left(mention_starts, line.end())
                stack.append(self._opened(depth, line, self.mentions[at[0] : at[1]]))
            elif not line.group()[0].isspace() and self.visible[max(0, line.start() - 2) : line.start()] == "\n\n":
                while stack and stack[-1].depth >= _ITEM_DEPTH:
                    stack.pop()
            self._starts.append(line.start())
            self._owners.append(_owner(stack))

    def _opened(self, depth: int, line: re.Match[str], named: Sequence[Mention]) -> _Open:
        leads = bool(named) and _MARKUP.fullmatch(self.visible, line.start(), named[0].start) is not None
        several = depth < _ITEM_DEPTH and len({mention.entity for mention in named}) > 1
        return _Open(depth, named[0].entity if leads and not several else None, several)

    def owner(self, offset: int) -> Entity | None:
        at = bisect_right(self._starts, offset) - 1
        return self._owners[at] if at >= 0 else None


def _depth(head: re.Match[str]) -> int:
    if head["level"]:
        return len(head["level"])
    return _BOLD_DEPTH if head["bold"] else _ITEM_DEPTH + len(head["indent"])


def _owner(stack: Sequence[_Open]) -> Entity | None:
    for opened in reversed(stack):
        if opened.owner or opened.several:
            return opened.owner
    return None

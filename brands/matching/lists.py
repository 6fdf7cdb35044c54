"""Lists that the answer itself puts in an order: numbered items, tables with a column of ranks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from brands.word_list import word_list

_ITEM = re.compile(
    r"^ ?(?:#{1,6} +)?(?:\*\*|__)?#?(?P<number>\d{1,3})(?:[.):]|\ufe0f?\u20e3)(?:\*\*|__)?"
    r"[ \t]+(?P<head>\S[^\n]*)$",
    re.MULTILINE,
)
_BULLET = re.compile(r"^ ?[-*+•][ \t]+(?P<head>\S[^\n]*)$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6} ", re.MULTILINE)
_SAYS_RANKED = re.compile(
    r"\b(?:ranked|ranking|in (?:this )?order|from best to worst|in descending order)\b", re.IGNORECASE
)
_TABLE_ROW = re.compile(r"^[ \t]*\|?[^|\n]*+\|[^\n]*$", re.MULTILINE)
_DELIMITER_ROW = re.compile(r"[\s|:\-]+")
_RANK_HEADS = word_list("# rank ranking place position pos pos. no no. nr nr. rang platz № puesto posición 順位 排名")
_RANK = re.compile(r"\W*(\d{1,3})\W*")


@dataclass(frozen=True, slots=True)
class Item:
    """`place` in its list, and the span of its first line."""

    place: int
    start: int
    end: int


def ordered_lists(visible: str) -> list[list[Item]]:
    """The ordered lists of two items and more, in the order of the text. Items within items are no part of it."""
    found = [*_numbered(visible), *_ranked_bullets(visible), *_tables(visible)]
    return sorted((items for items in found if len(items) > 1), key=lambda items: items[0].start)


def _numbered(visible: str) -> Iterator[list[Item]]:
    items: list[Item] = []
    step = 0  # 1 for 1, 2, 3; -1 for a countdown; 0 for 1, 1, 1, which Markdown counts by itself
    for match in _ITEM.finditer(visible):
        number, start, end = int(match["number"]), *match.span("head")
        if not items or not (taken := _continues(visible, items, step, number, start)):
            yield items
            items, step = [Item(number, start, end)], 0
            continue
        place, step = taken
        items.append(Item(place, start, end))
    yield items


def _continues(visible: str, items: list[Item], step: int, number: int, start: int) -> tuple[int, int] | None:
    """The place that a number gets in the list and the list's step, or None where it opens another list."""
    last = items[-1].place
    if number - last in (1, -1) and step in (0, number - last) and (step or len(items) == 1):
        return number, number - last
    if number == 1 and step == 0 and not _HEADING.search(visible, items[-1].end, start):
        return last + 1, 0
    return None


def _ranked_bullets(visible: str) -> Iterator[list[Item]]:
    """Bullets are no order, unless the line before the first of them says so."""
    items: list[Item] = []
    for match in _BULLET.finditer(visible):
        start, end = match.span("head")
        if items and "\n\n" not in visible[items[-1].end : start]:
            items.append(Item(len(items) + 1, start, end))
            continue
        yield items
        before = visible[max(0, match.start() - 200) : match.start()].rstrip().rsplit("\n", 1)[-1]
        items = [Item(1, start, end)] if _SAYS_RANKED.search(before) else []
    yield items


def _tables(visible: str) -> Iterator[list[Item]]:
    rows: list[re.Match[str]] = []
    for row in _TABLE_ROW.finditer(visible):
        if rows and visible[rows[-1].end() : row.start()].strip(" \t") != "\n":
            yield _ranked_rows(rows)
            rows = []
        rows.append(row)
    yield _ranked_rows(rows)


def _ranked_rows(rows: list[re.Match[str]]) -> list[Item]:
    if len(rows) < 4 or not _DELIMITER_ROW.fullmatch(rows[1].group()):
        return []
    if rows[0].group().strip(" \t|").split("|")[0].strip(" *").lower() not in _RANK_HEADS:
        return []
    return [item for row in rows[2:] if (item := _ranked_row(row))]


def _ranked_row(row: re.Match[str]) -> Item | None:
    line = row.group()
    first = line.index("|") + 1 if line.lstrip().startswith("|") else 0
    bar = line.find("|", first)
    rank = _RANK.fullmatch(line[first:bar]) if bar >= 0 else None
    if rank is None:
        return None
    following = line.find("|", bar + 1)
    end = following if following >= 0 else len(line)
    return Item(int(rank[1]), row.start() + bar + 1, row.start() + end)

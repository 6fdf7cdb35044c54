"""SerpApi's `text_blocks` as text: one line a heading, paragraph, list item or table row, in the order of the page."""

from collections.abc import Iterator
from typing import Any

from brands.collectors._json import mappings, words

NESTED = ("text_blocks", "list", "top_stories", "videos")
DEEPEST = 20  # levels; a page has three


def text_of(blocks: object) -> str:
    return "\n".join(_lines(blocks))


def _lines(blocks: object, depth: int = 0) -> Iterator[str]:
    if depth > DEEPEST:
        return
    for block in mappings(blocks):
        yield from filter(None, (words(block.get(part)).strip() for part in ("title", "snippet")))
        if block.get("type") == "comparison" or "comparison" in block:
            yield from _comparison(block)
        yield from _rows(block.get("table"))
        for part in NESTED:
            yield from _lines(block.get(part), depth + 1)


def _rows(table: object) -> Iterator[str]:
    for row in table if isinstance(table, list) else []:
        cells = row if isinstance(row, list) else list(row.values()) if isinstance(row, dict) else [row]
        line = _cells(cells)
        if line:
            yield line


def _comparison(block: dict[str, Any]) -> Iterator[str]:
    """A table of products against features: `product_labels`, and in `comparison` a feature and its values each."""
    labels = _cells(block.get("product_labels"))
    if labels:
        yield labels
    for row in mappings(block.get("comparison")):
        values = row.get("values")
        line = _cells([row.get("feature"), *(values if isinstance(values, list) else [])])
        if line:
            yield line


def _cells(cells: object) -> str:
    return " | ".join(filter(None, map(_cell, cells))) if isinstance(cells, list) else ""


def _cell(cell: object) -> str:
    """A cell is a string or number, or an object that holds its text."""
    if isinstance(cell, dict):
        return next(filter(None, (words(cell.get(part)).strip() for part in ("snippet", "text", "title"))), "")
    return words(cell).strip() if isinstance(cell, str) else "" if cell is None or isinstance(cell, list) else str(cell)

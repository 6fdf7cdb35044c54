"""Turns a sample text into the text blocks of SerpApi's AI Overview."""

import re
from typing import Any

from brands.sample_engines.markdown import cited, plain
from brands.sample_engines.market import Page

RANKED = re.compile(r"(\d+)\. \*\*(.+?)\*\*: (.+)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
Block = dict[str, Any]


def text_blocks(markdown: str, references: list[Page]) -> list[Block]:
    """One block for each part between blank lines."""
    return [_block(part, references) for part in markdown.strip().split("\n\n") if part.strip()]


def _block(part: str, references: list[Page]) -> Block:
    if part.startswith("#"):
        return {"type": "heading", "snippet": part.lstrip("# ")}
    if part.startswith("|"):
        return {"type": "table", "table": _rows(part), **_indexes(part, references)}
    if part.startswith("- ") or RANKED.match(part):
        return {"type": "list", "list": _items(part.splitlines(), references)}
    bold = {"snippet_highlighted_words": BOLD.findall(part)} if BOLD.search(part) else {}
    return {"type": "paragraph", "snippet": plain(part), **bold, **_indexes(part, references)}


def _indexes(part: str, references: list[Page]) -> Block:
    found = [references.index(page) for page in cited(part)]
    return {"reference_indexes": found} if found else {}


def _rows(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if "---" not in line]
    return [[plain(cell).strip() for cell in line.strip("|").split("|")] for line in lines]


def _items(lines: list[str], references: list[Page]) -> list[Block]:
    items: list[Block] = []
    for line in lines:
        item = _item(line.strip().removeprefix("- "), references)
        if line.startswith("  ") and items:
            head = items[-1]
            head["title"] = head.pop("snippet", head.get("title"))
            head.setdefault("list", []).append(item)
        else:
            items.append(item)
    return items


def _item(text: str, references: list[Page]) -> Block:
    ranked = RANKED.match(text)
    links = [{"text": page.domain, "link": page.url} for page in cited(text)[:1]]
    said: Block = {"snippet": plain(ranked[3] if ranked else text), **_indexes(text, references)}
    if links:
        said["snippet_links"] = links
    return {"title": f"{ranked[1]}. {ranked[2]}:", **said} if ranked else said

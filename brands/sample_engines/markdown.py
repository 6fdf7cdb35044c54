"""Replaces the `[[key]]` marks of a sample text by what a provider writes in their place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from brands.sample_engines.market import PAGES, Page

MARK = re.compile(r" ?\[\[([a-z-]+)\]\]")


@dataclass(frozen=True, slots=True)
class Citation:
    """A page and where its mark stands in the text, as Python slices count."""

    page: Page
    start: int
    end: int


def written(markdown: str, mark: Callable[[Page], str]) -> tuple[str, list[Citation]]:
    """The text with each mark replaced by a blank and `mark(page)`, or by nothing where that is ""."""
    text, at, citations = "", 0, []
    for match in MARK.finditer(markdown):
        page = PAGES[match[1]]
        said = mark(page)
        text += markdown[at : match.start()] + (" " if said else "")
        citations.append(Citation(page, len(text), len(text) + len(said)))
        text += said
        at = match.end()
    return text + markdown[at:], citations


def cited(markdown: str) -> list[Page]:
    """The pages that the text cites, each once, in the order of their first mark."""
    return list(dict.fromkeys(PAGES[key] for key in MARK.findall(markdown)))


def plain(markdown: str) -> str:
    """The text without its marks and without bold."""
    return MARK.sub("", markdown).replace("**", "")

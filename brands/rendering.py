"""An answer's text as HTML: its Markdown rendered, cleaned of all that runs or loads, with marks on given spans.

Spans are offsets into the text as it came. Each is carried through the rendering by two characters of a private
plane, put *inside* its first and its last letter, where they do not change how Markdown is read. Where the HTML comes
out different all the same, the spans that did it are left unmarked: a mark never alters what the answer says.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

FIRST_CARRIER = 0xF0000  # Unicode's private planes 15 and 16; no text needs them
CARRIERS = re.compile("[\U000f0000-\U0010ffff]")
MAX_SPANS = 2000
MAX_CHARACTERS = 50_000  # of a longer text, only the beginning is shown
MAX_SECONDS = 1.0  # spent on finding the spans that do no harm

ATOM = r"&#?\w{1,31};|\\[!-/:-@\[-`{-~]|\S"  # what is one character once it is rendered
FIRST_ATOM = re.compile(rf"[\s*_~`\[]*(?:{ATOM})")
LAST_ATOM = re.compile(rf"(?:{ATOM})[\s*_~`\]]*\Z")
TAG = re.compile(r"""(<(?:[^>"]|"[^"]*")*>)""")
CHARACTER = re.compile(r"&[^;\s]{1,32};|.", re.DOTALL)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TAGS = {"p", "br", "hr", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "pre", "code"}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}


LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
EMPHASIS = re.compile(r"\*\*|__|`")


def words_only(quote: str) -> str:
    """A sentence of Markdown as it reads: without emphasis and the targets of its links."""
    return EMPHASIS.sub("", LINK.sub(r"\1", quote))


@dataclass(frozen=True, slots=True)
class Highlight:
    """`text[start:end]` is to be marked with this CSS class and explained by this title."""

    start: int
    end: int
    css_class: str
    title: str


@dataclass(frozen=True, slots=True)
class Rendered:
    html: SafeString
    unmarked: int = 0  # highlights that could not be shown


@dataclass(frozen=True, slots=True)
class _Piece:
    """A tag, or one character of text together with the highlights that cover it."""

    html: str
    is_tag: bool = False
    highlights: tuple[Highlight, ...] = ()


def render_answer(text: str, highlights: Sequence[Highlight] = ()) -> Rendered:
    """The answer as its author meant it to look. Links are kept where they lead to http(s); images become words."""
    text = CARRIERS.sub("\ufffd", text[:MAX_CHARACTERS])
    spans = _usable(text, highlights)
    html, kept = _carried(text, spans)
    pieces, starts, ends = _read(_clean(html))
    placed = {n: (starts[2 * n], ends[2 * n + 1]) for n in kept if 2 * n in starts and 2 * n + 1 in ends}
    marked = _cover(pieces, {spans[n]: span for n, span in placed.items()})
    return Rendered(_write(marked), unmarked=len(highlights) - len(placed))


def render_source(text: str, highlights: Sequence[Highlight] = ()) -> Rendered:
    """The text exactly as it came, for a block that keeps white space."""
    text = text[:MAX_CHARACTERS]
    spans = _usable(text, highlights)
    pieces = [_Piece(escape(char)) for char in CONTROLS.sub("\ufffd", text)]
    marked = _cover(pieces, {span: (span.start, span.end) for span in spans})
    return Rendered(_write(marked), unmarked=len(highlights) - len(spans))


def _usable(text: str, highlights: Sequence[Highlight]) -> list[Highlight]:
    return [h for h in highlights if 0 <= h.start < h.end <= len(text)][:MAX_SPANS]


class _Markdown(MarkdownIt):
    """Markdown in which no link's target holds a carrier."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return super().normalizeLink(CARRIERS.sub("", url))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return super().normalizeLinkText(CARRIERS.sub("", link))


@cache
def _markdown() -> _Markdown:
    markdown = _Markdown("commonmark", {"html": False, "breaks": True})
    markdown.enable(["table", "strikethrough"])
    markdown.add_render_rule("image", _image_in_words)
    return markdown


def _image_in_words(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    description = self.renderInlineAsText(tokens[index].children or [], options, env)
    return escape(f"[image: {description}]" if description else "[image]")


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
    )


def _carried(text: str, spans: list[Highlight]) -> tuple[str, list[int]]:
    """The HTML with carriers in it, and the numbers of the spans that it carries."""
    plain = _markdown().render(text)
    harmless: list[int] = []
    groups = [list(range(len(spans)))]
    deadline = time.monotonic() + MAX_SECONDS
    while groups and time.monotonic() < deadline:
        group = groups.pop()
        html = _markdown().render(_with_carriers(text, spans, group))
        if CARRIERS.sub("", html) == plain:
            harmless += group
        elif len(group) > 1:
            groups += [group[: len(group) // 2], group[len(group) // 2 :]]
    html = _markdown().render(_with_carriers(text, spans, harmless))
    return (html, harmless) if CARRIERS.sub("", html) == plain else (plain, [])


def _with_carriers(text: str, spans: list[Highlight], group: Iterable[int]) -> str:
    carriers: list[tuple[int, str]] = []
    for number in group:
        after_first, before_last = _inside(text, spans[number])
        carriers += [
            (after_first, chr(FIRST_CARRIER + 2 * number)),
            (before_last, chr(FIRST_CARRIER + 2 * number + 1)),
        ]
    parts, at = [], 0
    for position, carrier in sorted(carriers):
        parts += [text[at:position], carrier]
        at = position
    return "".join([*parts, text[at:]])


def _inside(text: str, span: Highlight) -> tuple[int, int]:
    """Where the span's first character ends and where its last one begins. Only its ends are looked at."""
    first = FIRST_ATOM.match(text, span.start, min(span.end, span.start + 80))
    last = LAST_ATOM.search(text[max(span.start, span.end - 80) : span.end])
    return (
        first.end() if first else span.start,
        max(span.start, span.end - 80) + last.start() if last else span.end,
    )


def _read(html: str) -> tuple[list[_Piece], dict[int, int], dict[int, int]]:
    """The pieces without the carriers, and for each carrier where a mark of it would begin and end."""
    pieces: list[_Piece] = []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for part in TAG.split(html):
        if part.startswith("<"):
            pieces.append(_Piece(part, is_tag=True))
            continue
        for match in CHARACTER.finditer(part):
            character = match.group()
            if CARRIERS.match(character):
                number = ord(character) - FIRST_CARRIER
                starts[number], ends[number] = _last_text(pieces), len(pieces)
            else:
                pieces.append(_Piece(character))
    return pieces, starts, _past_next_text(pieces, ends)


def _last_text(pieces: list[_Piece]) -> int:
    """The place of the last character so far."""
    return next((i for i in range(len(pieces) - 1, -1, -1) if not pieces[i].is_tag), 0)


def _past_next_text(pieces: list[_Piece], places: dict[int, int]) -> dict[int, int]:
    """For each place, the one after the next character."""
    size = len(pieces)
    return {n: next((i for i in range(at, size) if not pieces[i].is_tag), size - 1) + 1 for n, at in places.items()}


def _cover(pieces: list[_Piece], spans: dict[Highlight, tuple[int, int]]) -> list[_Piece]:
    """The pieces, each character with the highlights over it, in the order of `spans`."""
    over: dict[int, list[Highlight]] = {}
    for highlight, (start, end) in spans.items():
        for place in range(start, end):
            over.setdefault(place, []).append(highlight)
    return [
        piece if piece.is_tag else _Piece(piece.html, highlights=tuple(over.get(place, ())))
        for place, piece in enumerate(pieces)
    ]


def _write(pieces: list[_Piece]) -> SafeString:
    parts = []
    for (is_tag, highlights), group in groupby(pieces, key=lambda piece: (piece.is_tag, piece.highlights)):
        html = "".join(piece.html for piece in group)
        parts.append(html if is_tag or not highlights or html.isspace() else _mark(html, highlights))
    # Nothing here is anybody's markup: the tags passed the cleaner, and the text and the titles are escaped.
    return mark_safe("".join(parts))  # noqa: S308


def _mark(html: str, highlights: tuple[Highlight, ...]) -> str:
    title = "; ".join(dict.fromkeys(highlight.title for highlight in highlights))
    return f'<mark class="{escape(highlights[0].css_class)}" title="{escape(title)}">{html}</mark>'

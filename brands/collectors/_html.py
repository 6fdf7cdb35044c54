"""The words of a piece of HTML, one line a block. For scrapers that deliver markup where others deliver text."""

import re
from html.parser import HTMLParser

STARTS_LIKE_HTML = re.compile(r"\s*<(?:!doctype|[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,500})?/?>)", re.IGNORECASE)
SILENT = ("script", "style", "noscript", "template", "svg", "head")
INLINE = (
    *("a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "img", "kbd", "label", "mark", "q", "s", "small"),
    *("span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(self.silent - (tag in SILENT), 0)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag not in INLINE:
            self.parts.append(" " if tag in ("td", "th") else "\n")


def is_html(text: str) -> bool:
    return STARTS_LIKE_HTML.match(text) is not None


def words_of(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(filter(None, lines))

"""The parts of an answer that are not its words: addresses, link targets, footnotes, code, tags, source cards."""

import re

_TARGET = r"\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)"
_LINK = r"\[[^\[\]\n]*+\]" + _TARGET
_DOMAIN = r"[\w-]++(?:\.[\w-]++)++"
_URL_END = r"[^\s<>\"'`\]）」』】。、，；]*+"

# Each pattern stops at its own opening, so that an opening without a closing costs no second look at the rest.
_EXCLUDED = re.compile(
    "|".join(
        (
            r"^[ ]{0,3}```[\s\S]*?(?:^[ ]{0,3}```[ \t]*$|\Z)",
            r"^[ ]{0,3}~~~[\s\S]*?(?:^[ ]{0,3}~~~[ \t]*$|\Z)",
            r"^[ ]{0,3}\[[^\[\]\n]++\]:[ \t]+\S++[^\n]*+",  # definition of a reference
            rf"^[ \t]*+(?:[-*+•]|\d++[.)])?[ \t]*+{_LINK}[ \t]*+[-–—:|(]*+[ \t]*+{_DOMAIN}\)?[ \t]*+$",  # source card
            rf"\([ ]*+(?:{_LINK}[,; ]*+)++\)",  # "([site](https://…))": a citation
            r"!\[[^\[\]\n]*+\]" + _TARGET,
            r"(?<=\])" + _TARGET,
            r"(?<=\])\[[^\[\]\n]*+\]",
            r"\\?\[\^?(?:web:)?\d[\d,:–\- ]*+\\?\](?!\()",
            r"\[\^[^\[\]\n]*+\]",
            r"【[^【】\n]*+】",
            r"\ue200[^\ue200\ue201\n]*+\ue201",
            r"`[^`\n]++`",
            r"<!--(?:(?!-->|<!--)[\s\S])*+-->",
            r"</?[a-zA-Z][^<>]*+>",
            rf"<?[hH][tT]{{2}}[pP][sS]?://{_URL_END}",
            rf"\b[wW]{{3}}\.{_URL_END}",
        )
    ),
    re.MULTILINE,
)
_DOMAIN_WITH_PATH = re.compile(rf"(?<![\w.@-])(?:[\w-]++\.)++[a-z]{{2,24}}/{_URL_END}")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]++\.)++[\w-]++")

Span = tuple[int, int]


def excluded_spans(text: str, question: str = "") -> list[Span]:
    """Where `text` is not the answer's own words: spans in order, none within another.

    `question` is what was asked: a line that only repeats it is not the engine's words.
    """
    spans = [_without_the_sentences_end(text, *match.span()) for match in _EXCLUDED.finditer(text)]
    if "/" in text:
        spans += [_without_the_sentences_end(text, *match.span()) for match in _DOMAIN_WITH_PATH.finditer(text)]
    if "@" in text:
        spans += [match.span() for match in _EMAIL.finditer(text)]
    spans += _echoes(text, question)
    return _merged(spans)


def _without_the_sentences_end(text: str, start: int, end: int) -> Span:
    """A bare address does not take the full stop or the bracket behind it along: they belong to the sentence."""
    if text[start].isalnum():
        while text[end - 1] in ".,;:!?)…":
            end -= 1
    return start, end


def _echoes(text: str, question: str) -> list[Span]:
    words = question.split()
    if len(words) < 3:
        return []
    body = r"\s+".join(re.escape(word) for word in words).rstrip("?.!\\")
    echo = re.compile(rf"^[ \t>#*_\"“„«]*+(?:(?:Question|Q|Query):[ \t*]*+)?{body}[?.!\"”»*_ \t]*+$", re.I | re.M)
    return [match.span() for match in echo.finditer(text)]


def _merged(spans: list[Span]) -> list[Span]:
    spans.sort()
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def blanked(text: str, spans: list[Span]) -> str:
    """`text` with spaces in place of the spans; every other character keeps its place, line ends too."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        hidden = text[start:end]
        pieces += (text[at:start], " " * (end - start) if "\n" not in hidden else re.sub(r"[^\n]", " ", hidden))
        at = end
    pieces.append(text[at:])
    return "".join(pieces)

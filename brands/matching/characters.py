"""How characters compare, and which of them make a word."""

import unicodedata

HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe58\ufe63\uff0d"
APOSTROPHES = "\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\uff07\u0060"
QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
# Soft hyphen, zero-width characters, direction marks, variation selectors, trade mark signs, emphasis of Markdown.
REMOVED = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063"
    "\u2064\u2066\u2067\u2068\u2069\ufeff\u00ae\u2122\u00a9\u2120*" + "".join(map(chr, range(0xFE00, 0xFE10)))
)
ZERO_WIDTH_NON_JOINER = "\u200c"
BARRIER = "\x00"  # stands for a part of the text in which nothing is named

# Marks that a reader takes for the same letter: Latin, Greek and Cyrillic accents, Arabic and Hebrew vowel points.
_ACCENTS = frozenset(
    chr(code)
    for first, last in ((0x300, 0x36F), (0x483, 0x487), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670))
    for code in range(first, last + 1)
)
_LETTERS = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th",
    "ي": "ی", "ى": "ی", "ك": "ک", "\u0640": "", "ς": "σ",
}  # fmt: skip
_SAME = {
    **dict.fromkeys(HYPHENS, "-"),
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys(QUOTES, '"'),
    **dict.fromkeys(REMOVED, ""),
}


def as_written(text: str) -> str:
    """`text` with its capital letters and accents, in one form: without what stands between letters."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(char for char in composed if char.isalnum() or unicodedata.category(char)[0] == "M")


def _fold(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "No" and unicodedata.decomposition(char).startswith("<super>"):
        return BARRIER  # the number of a footnote
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_LETTERS.get(part, part) for part in decomposed if part not in _ACCENTS)


class _Folded(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = folded = _fold(char)
        return folded


class _Scripts(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = script = _script(char)
        return script


def _script(char: str) -> str:
    """The first word of the letter's name in Unicode; "DIGIT" and "MARK" for those, "" for what makes no word."""
    if unicodedata.category(char)[0] == "M":
        return "MARK"
    if not char.isalnum():
        return ""
    if char.isdigit():
        return "DIGIT"
    return unicodedata.name(char, "UNNAMED").split(" ")[0].split("-")[0]


# Both are caches over at most as many characters as Unicode has.
FOLDED = _Folded()
SCRIPT = _Scripts()
# Scripts that put no space between words, so that a name stands inside running text.
RUNNING_SCRIPTS = frozenset(("CJK", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "IDEOGRAPHIC"))

"""A name as a pattern: the ways in which people write it."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from brands.matching.characters import SCRIPT
from brands.matching.entity import NameRule
from brands.matching.ordinary import is_ordinary
from brands.matching.text import fold

_CAMEL = re.compile(r"(?<=[^\W\d_])(?<![A-ZÀ-Þ])(?=[A-ZÀ-Þ])")
_GAP = re.compile(r"[\s\-‐‑‒–・･\u200c]+")
_OF_WORDS = re.compile(r"(?:[^\W_]|['’\s\-‐‑]|\s&\s)+")
_LETTERS = re.compile(r"[^\W_]+")
# Between two parts of a name: a space (two at most), a hyphen, a middle dot, or nothing.
_SEPARATOR = r"(?: {1,2}|-|・)?"
_SPELLED_OUT = {"ä": "e?", "ö": "e?", "ü": "e?", "ø": "e?", "å": "a?"}
_AND = r" ?(?:&|\band\b|\bund\b|\bet\b|\by\b) ?"


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name of one entity, compiled. `pattern` runs on folded text and says nothing about what stands around it."""

    alias: str
    pattern: re.Pattern[str]
    source: str
    letters: int
    first_script: str
    last_script: str
    ordinary: bool  # each of its words means something else too
    exact_case: bool  # too short to be told from other words in another case
    camel_parts: int  # of "PlayStation": 2
    long: bool  # several words that cannot be a part of another name by chance
    rule: NameRule | None = None
    stem_of: str = ""  # the name without its last vowel, to be followed by an ending: "лент" of "лента"


def name_forms(alias: str, rule: NameRule | None = None) -> list[NameForm]:
    """The pattern of a name, and of its stem where the last vowel changes in other cases; [] for a name of nothing."""
    folded = fold(alias).strip()
    if not any(SCRIPT[char] for char in folded):
        return []
    if rule is not None and rule.exact:
        return [_form(alias, folded, re.escape(folded), rule)]
    forms = [_form(alias, folded, _source(alias), rule)]
    stem = _stem(folded)
    if stem:
        forms.append(_form(alias, stem, re.escape(stem), rule, stem_of=folded))
    return forms


def _form(alias: str, folded: str, source: str, rule: NameRule | None, *, stem_of: str = "") -> NameForm:
    words = _LETTERS.findall(fold(alias))
    letters = sum(map(len, words))
    return NameForm(
        alias=alias,
        pattern=re.compile(source),
        source=source,
        letters=letters,
        first_script=SCRIPT[folded[0]],
        last_script=_last_script(folded),
        ordinary=_OF_WORDS.fullmatch(alias) is not None and all(_is_ordinary(word, alias) for word in words),
        exact_case=letters <= 2 and alias.isalnum(),
        long=len(words) > 1 and letters >= 8,
        camel_parts=len(_CAMEL.split(alias)),
        rule=rule,
        stem_of=stem_of,
    )


def _last_script(folded: str) -> str:
    """That of the last letter, also where a vowel sign follows it."""
    return next((SCRIPT[char] for char in reversed(folded.rstrip("!")) if SCRIPT[char] != "MARK"), "")


def _is_ordinary(word: str, alias: str) -> bool:
    inner_capital = not alias.isupper() and any(char.isupper() for char in alias[1:].replace(" ", ""))
    return word.isdigit() or len(word) < 2 or is_ordinary(word, by_shape=not inner_capital)


def _source(alias: str) -> str:
    parts = [part for part in _GAP.split(alias.strip()) if part]
    spaced = "&" in parts or "and" in parts
    return _SEPARATOR.join(filter(None, (_part(part) for part in parts))).replace(
        _SEPARATOR + "␟" + _SEPARATOR, _AND if spaced else " ?& ?"
    )


def _part(part: str) -> str:
    if part in ("&", "and"):
        return "␟"
    return _SEPARATOR.join(filter(None, (_chunk(chunk) for chunk in _CAMEL.split(part))))


def _chunk(chunk: str) -> str:
    """Who has no "ü" writes "ue" or "u"."""
    spelled_out = _SPELLED_OUT if len(chunk) > 3 else {}
    return "".join(
        "".join(map(_symbol, fold(char))) + spelled_out.get(char.lower(), "") for char in normalize("NFC", chunk)
    )


def _symbol(char: str) -> str:
    """People leave out apostrophes, quotes, full stops after a title and an exclamation mark; they space out "&"."""
    if char == "'" or char == '"':
        return f"{char}?"
    if char == "!":
        return "!?"
    if char == "&":
        return " ?& ?"
    return re.escape(char)


def _stem(folded: str) -> str:
    if len(folded) < 5 or not folded.isalpha():
        return ""
    if SCRIPT[folded[-1]] == "CYRILLIC":
        return folded[:-1] if folded[-1] in "аяоеьи" else ""
    return folded[:-1] if folded[-1] in "ao" and SCRIPT[folded[-1]] == "LATIN" else ""

"""Endings and prefixes that languages put on a name, by language family or script."""

import re
from collections.abc import Callable

from brands.matching.text import fold

_LATIN = {
    "finnic": "n in lla lta lle ssa sta an aan een iin a ta illa ilta ille issa ista on ksi iksi lta ga le st s l t "
    "sse",
    "hungarian": "ban ben bol bon rol nal nel val vel hoz hez ra re rol ba be t ot at et nak nek tol ig ert ul on en "
    "n k ok ek ak je ja e a i",
    "turkish": "in un nin nun da de ta te dan den tan ten a e ya ye i u yi yu la le lar ler",
    "slavic": "a u em om ie e y i owi ovi ami ach ech ow ou ov ova ove ovo ja ju jem am ce ke im iem ze",
    "romanian": "ul ului uri urile ului a ei",
    "baltic": "as us is o ui u e a ai am os ams uose om s es",
    "germanic": "s en er e",
}
_CYRILLIC = (
    "а у ом ем е и ы ой ою ей ею ю я ам ям ами ями ах ях ов ев і ї ові еві єм ам ът а та ата ът то ови ове ова ево во"
)
_STEM_CYRILLIC = "а я о е и ы і у ю ой ою ей ею ам ям ами ями ах ях ом ем ьо ю ь"
_STEM_LATIN = "a i y e u o ou ie ej ii ami ach am em om ze ce"
_HANGUL = (
    "은 는 이 가 을 를 의 에 에서 에게 께 로 으로 와 과 랑 이랑 도 만 까지 부터 보다 처럼 라는 이라는 라고 이라고 "
    "입니다 이다 이며 이고 나 이나"
)


def _alternatives(words: str) -> str:
    return "|".join(sorted(set(fold(words).split()), key=lambda word: (-len(word), word)))


def _ending(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(words)})(?![^\W_])")


_ENDINGS = {family: _ending(words) for family, words in _LATIN.items()}
_CYRILLIC_ENDING = _ending(_CYRILLIC)
_STEM_ENDINGS = {"CYRILLIC": _ending(_STEM_CYRILLIC), "LATIN": _ending(_STEM_LATIN)}
_HANGUL_ENDING = _ending(_HANGUL)
_PLURAL = re.compile(r"e?s(?:'s?)?(?![^\W_])")
_ARABIC_PREFIX = re.compile(r"(?<![^\W_])(?:[وف]?(?:[بک]?ال|لل?|ب|ک)|[وف])\Z")
_HEBREW_PREFIX = re.compile(r"(?<![^\W_])(?:ו?(?:כש|ש)?[הבלמכ]?)\Z")
_ARABIC_ENDING = re.compile(r"(?:ی|ها|های|یه|یة)(?![^\W_])")

Family = Callable[[], str]


def has_prefix(script: str, text: str, at: int) -> bool:
    """Whether the letters before `at` are one of the short words that Arabic and Hebrew write together with a name."""
    before = text[max(0, at - 6) : at]
    if script == "ARABIC":
        return _ARABIC_PREFIX.search(before) is not None
    return script == "HEBREW" and _HEBREW_PREFIX.search(before) is not None


def ending_at(script: str, text: str, at: int, *, letters: int, ordinary: bool, family: Family) -> int:
    """Where the ending after a name stops, or -1 where the letters there are none.

    Languages with cases need a name of four letters or more, and Latin ones a text in that language: in an English
    text "Roma" is no part of "Roman". `family` is asked only then.
    """
    if script == "LATIN":
        return _latin(text, at, letters, ordinary, family)
    found = None
    if script == "CYRILLIC" and letters >= 4:
        found = _CYRILLIC_ENDING.match(text, at)
    elif script == "HANGUL":
        found = _HANGUL_ENDING.match(text, at)
    elif script == "ARABIC" and letters >= 4:
        found = _ARABIC_ENDING.match(text, at)
    return found.end() if found else -1


def _latin(text: str, at: int, letters: int, ordinary: bool, family: Family) -> int:
    if ordinary or letters < 3:
        return -1
    found = _PLURAL.match(text, at)
    if found is None and letters >= 4 and (name := family()) in _ENDINGS:
        found = _ENDINGS[name].match(text, at)
    return found.end() if found else -1


def stem_ending_at(script: str, text: str, at: int, family: Family) -> int:
    """Where the ending that replaces the last vowel of a name stops, or -1."""
    if script == "LATIN" and family() != "slavic":
        return -1
    found = _STEM_ENDINGS[script].match(text, at)
    return found.end() if found else -1

"""Words of a text after Unicode's rules (UAX #29): "can't" is one, "5G-Netz" two, each ideograph one."""

import re
import sys
from functools import lru_cache
from unicodedata import category

_EACH = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_INSIDE = "\u00ad\u200b-\u200d\u2060\ufeff"
_ENTITY = r"&#?\w{1,10};"


def _marks() -> str:
    """A character class of every combining mark: they belong to the letter before them."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(0x1F000, sys.maxunicode)):
        if category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@lru_cache(maxsize=1)
def _any_word() -> re.Pattern[str]:
    inside = _marks() + _INSIDE
    letters = rf"[^\W_{_EACH}](?:[^\W_{_EACH}]|[{inside}])*+"
    joined = rf"(?:(?:['’.·]|(?<=\d),(?=\d)){letters})*+"
    return re.compile(rf"{_ENTITY}|{letters}{joined}|[{_EACH}][{inside}]*+")


_ASCII_WORD = re.compile(rf"{_ENTITY}|[A-Za-z0-9]++(?:(?:['.]|(?<=\d),(?=\d))[A-Za-z0-9]++)*+")


def word_starts(text: str) -> list[int]:
    """Offset of each word, in order."""
    pattern = _ASCII_WORD if text.isascii() else _any_word()
    return [match.start() for match in pattern.finditer(text) if text[match.start()] != "&"]

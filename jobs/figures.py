"""Whether the figures in a text are those that were computed. Pure, and strict: what it cannot tell is none of them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ROUNDED = 0.05  # a rounded figure is at most so far from the figure, as a share of it
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9}
_NUMERAL = re.compile(  # of bounded length, so that none is too large for a float
    r"(?P<number>\d{1,3}(?:,\d{3}){1,9}(?:\.\d+)?|\d{1,40}(?:\.\d+)?(?:[eE][-+]?\d{1,2}(?!\d))?)"
    r"(?:\s?(?P<scale>thousand|million|billion|mn|bn|k|m|b)\b)?(?P<percent>\s?(?:%|percent\b|per cent\b))?",
    re.IGNORECASE,
)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve"
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_WORDS = {word: value for value, word in enumerate(f"{_SMALL} {_TEENS}".split()) if word != "one"}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_WORDS |= {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})s?\b", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"\b(?:half|halves|halved|twice|thrice|dozens?|(?:doubl|tripl|quadrupl)(?:e|es|ed|ing)|\w+fold)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of findings, without their signs, and the numerals of sentences, which are told as they stand."""

    values: frozenset[float]
    as_they_stand: frozenset[float]

    @classmethod
    def of(cls, findings: Any, sentences: str = "") -> "Figures":
        said = (float(found["number"].replace(",", "")) for found in _NUMERAL.finditer(sentences))
        return cls(frozenset(map(abs, _numbers(findings))), frozenset(said))

    def strange(self, text: str) -> str:
        """The first figure in the text that is none of these, be it rounded; "" where all of them are."""
        for found in _NUMERAL.finditer(text):
            if not self._has(found):
                return found[0]
        without = _NUMERAL.sub(" ", text)
        if multiple := _MULTIPLE.search(without):
            return multiple[0]
        for word in _WORD.finditer(without):
            if _WORDS[word[1].lower()] not in self.values | self.as_they_stand:
                return word[0]
        return next((each for each in without if unicodedata.numeric(each, None) is not None), "")

    def _has(self, found: re.Match[str]) -> bool:
        number = found["number"].replace(",", "")
        scale = _SCALES[found["scale"].lower()] if found["scale"] else 1.0
        value, unit = float(number) * scale, _last_digit(number) * scale
        is_share = bool(found["percent"]) and self._is_near(value / 100, unit / 100)
        return is_share or value in self.as_they_stand or self._is_near(value, unit)

    def _is_near(self, value: float, unit: float) -> bool:
        """Whether one of them, rounded to whole `unit`s, is the value."""
        return any(abs(each - value) <= max(1e-9 * each, min(0.500001 * unit, _ROUNDED * each)) for each in self.values)


def _last_digit(number: str) -> float:
    """What the last digit that says something stands for: 0.01 for 1.25, 100 for 1200, and for 2000 as well."""
    mantissa, _, exponent = number.lower().partition("e")
    power = int(exponent or 0)
    if "." in mantissa:
        return float(10.0 ** (power - len(mantissa.partition(".")[2])))
    zeros = len(mantissa) - max(len(mantissa.rstrip("0")), min(2, len(mantissa)))
    return float(10.0 ** (power + zeros))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)

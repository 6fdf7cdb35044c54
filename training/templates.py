"""Sentences of the kind that answer engines and reviewers write. Written by us, about invented brands: sample data.

In a pattern A is what is judged, B, C and D are others: brands in `sentences.txt`, parts and places in `reviews.txt`.
A slot takes a line of its part of `words.txt`: `{+}` is praise, `{-}` is blame, `{0}` says neither, `{er}` and `{-er}`
compare, `{thing}` is what a brand has, `{goods}` what it sells, `{who}` whom it is for, `{most}` who says so. `{good}`
and `{bad}` take any adjective that the lexicon calls so: other fields have other words.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

from brands.lexicon import valences
from training.names import invented_names
from training.rows import LABELS, LabelledRow

_ADJECTIVE = re.compile(
    r"\w{2,}(?:ful|able|ible|ive|ous|ant|ent|ing|less|ish|some|y|id|ic)|good|great|nice|bad|poor|slow|fast"
)
_CLEAR = 1.4


def _parts(name: str) -> dict[str, list[str]]:
    """The lines of a file under each of its headings."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line:
            lines.append(line)
    return found


def _adjectives(sign: int) -> list[str]:
    return sorted(word for word, value in valences().items() if sign * value > _CLEAR and _ADJECTIVE.fullmatch(word))


_WORDS = _parts("words.txt") | {"good": _adjectives(1), "bad": _adjectives(-1)}
_BRANDS, _REVIEWS = (
    [(LABELS.index(label), pattern) for label, patterns in _parts(name).items() for pattern in patterns]
    for name in ("sentences.txt", "reviews.txt")
)
_SLOT = re.compile(r"\{([^}]+)\}")


def written_rows(count: int, chance: random.Random) -> list[LabelledRow]:
    """About brands, from patterns that are drawn as often as each other."""
    return [_row(*chance.choice(_BRANDS), invented_names, chance) for _ in range(count)]


def written_reviews(count: int, chance: random.Random) -> list[LabelledRow]:
    """About parts, places and services, likewise."""
    return [_row(*chance.choice(_REVIEWS), _aspects, chance) for _ in range(count)]


def _aspects(count: int, chance: random.Random) -> list[str]:
    return chance.sample(_WORDS["aspect"], count)


def _row(
    label: int, pattern: str, named: Callable[[int, random.Random], list[str]], chance: random.Random
) -> LabelledRow:
    text = pattern
    while _SLOT.search(text):
        text = _SLOT.sub(lambda slot: chance.choice(_WORDS[slot[1]]), text, count=1)
    names = dict(zip("ABCD", named(4, chance), strict=True))
    pieces = re.split(r"\b([ABCD])\b", text)
    start = pieces.index("A")
    written = [names.get(piece, piece) if index % 2 else piece for index, piece in enumerate(pieces)]
    offset = len("".join(written[:start]))
    return LabelledRow("".join(written), offset, offset + len(names["A"]), label, "written")

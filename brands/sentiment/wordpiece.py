"""Words as the model reads them: BERT's uncased WordPiece (Devlin et al., NAACL 2019) over the model's vocabulary."""

from functools import lru_cache
from pathlib import Path
from unicodedata import category, normalize

VOCABULARY = Path(__file__).parent / "model" / "vocab.txt"
_LONGEST_WORD = 100  # characters; a longer one is unknown
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, int]:
    return {piece: number for number, piece in enumerate(VOCABULARY.read_text("utf-8").splitlines())}


def piece_ids(text: str) -> list[int]:
    """The numbers of the pieces of a text, without the marks that begin and end a sequence."""
    return [number for word in _spaced(text).split() for number in _pieces(word)]


def _spaced(text: str) -> str:
    """Lower case, without accents, and each sign and each Chinese character a word of its own."""
    cleaned = "".join(_kept(char) for char in text)
    plain = (char for char in normalize("NFD", cleaned.lower()) if category(char) != "Mn")
    return "".join(f" {char} " if _stands_alone(char) else char for char in plain)


@lru_cache(maxsize=4096)
def _kept(char: str) -> str:
    if char in "\t\n\r" or category(char) == "Zs":
        return " "
    return "" if char in "\x00\ufffd" or category(char)[0] == "C" else char


@lru_cache(maxsize=4096)
def _stands_alone(char: str) -> bool:
    sign = (char.isascii() and char.isprintable() and not char.isalnum() and char != " ") or category(char)[0] == "P"
    return sign or any(first <= ord(char) <= last for first, last in _CJK)


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[int, ...]:
    """The longest pieces that the vocabulary has, from the left."""
    known = vocabulary()
    found: list[int] = []
    start = 0
    while start < len(word) <= _LONGEST_WORD:
        mark = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in known), 0)
        if not end:
            break
        found.append(known[mark + word[start:end]])
        start = end
    return tuple(found) if start == len(word) else (known["[UNK]"],)

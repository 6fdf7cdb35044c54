"""A guess at the language of a text from its commonest words: enough to know which endings a name may take."""

import re
from unicodedata import normalize

from brands.word_list import word_list

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "english": "the of and is to in for that with are it as you your this their or its have has be by from at but i "
    "would they was not will can if on",
    "finnic": "ja ei että myös mutta kuin joka ovat sekä tai hyvä paras hinta uusi ovat kun kanssa oli jos minun "
    "kauppa kas ning kui või oma see mis väga ka olen parempi halvempi",
    "hungarian": "és az hogy nem egy van vagy mint legjobb csak már ez meg volt lehet szerint nagyon is jó olcsóbb",
    "turkish": "ve bir bu için ile en daha çok ama gibi olarak var iyi veya göre kadar olan ucuz",
    "slavic": "na się jest nie oraz że są jak lub dla od po najlepszy v je se že jsou nebo pro také jako nejlepší sú "
    "alebo pre ako su ili za sa koji ima najbolji ali ale do jest kupić lepší více",
    "romanian": "și este un cu care pentru mai sau sunt din cel bun",
    "baltic": "ir yra kad su bet arba geriausias labai nuo un kas par ar vai labākais no",
    "germanic": "der die das und ist nicht ein eine mit für von den auch sind het een van niet zijn voor en och är som "
    "på inte för og er det ikke til af med",
}
_FAMILY: dict[str, list[str]] = {}
for _name, _words in _COMMON.items():
    for _word in set(_words.split()):
        _FAMILY.setdefault(_word, []).append(_name)
# Languages whose names take no endings, so no family above; without words that English has too.
_ELSEWHERE = word_list(
    """
    le la les des du et est une dans pour que qui pas avec sur très ce cette ses aux sont
    el los las es y una en por con para del muy pero más sus lo
    il gli che di è sono della nel più molto ma uno alla
    os é um uma não mais da na dos das em ao são com
    yang dan untuk dengan ini adalah tidak dari itu juga và là của các có được không những
    ang ng mga ay kwa katika
    """
)
_ENOUGH_CHARACTERS = 3000  # are looked at


def language_family(text: str) -> str:
    """The family that most of the common words in the text belong to, "" where it has none."""
    counts = dict.fromkeys(_COMMON, 0)
    for word in _in_lower_case(text):
        for family in _FAMILY.get(word, ()):
            counts[family] += 1
    best = max(counts, key=lambda family: counts[family])
    return best if counts[best] else ""


def _in_lower_case(text: str) -> list[str]:
    return [word.group().lower() for word in _WORD.finditer(normalize("NFC", text[:_ENOUGH_CHARACTERS]))]


def reads_english(text: str) -> bool:
    """Whether one who reads English alone can say something about the text."""
    if language_family(text) not in ("english", ""):
        return False
    words = _in_lower_case(text)
    if sum(word in _ELSEWHERE for word in words) > sum("english" in _FAMILY.get(word, ()) for word in words):
        return False
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(char.isascii() for char in letters) > len(letters)

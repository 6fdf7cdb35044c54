"""Draws one sample answer: the same seed, engine, question and number of the asking give the same answer."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from brands.sample_engines import market, texts

BIG_BYTES = 10 * 1024 * 1024


class Outcome(StrEnum):
    """What becomes of a question. Most are rare and can be forced through the server's control."""

    ANSWER = "answer"
    REFUSED = "refused"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    NUL = "nul"  # U+0000 and a lone surrogate in the text
    BIG = "big"  # ten megabytes of text
    ABSENT = "absent"  # Google shows no AI Overview: the key is missing
    NOT_AVAILABLE = "not_available"  # the same, told as an error
    DEFERRED = "deferred"  # the AI Overview has to be fetched with a page token
    TRY_LATER = "try_later"  # Google could not make the AI Overview this time
    RECORD_ERROR = "record_error"  # Bright Data delivers a record that holds only an error


@dataclass(frozen=True, slots=True)
class Answer:
    engine: str  # a provider, and after a slash its collector where it has several: "serpapi/bing_copilot"
    question: str
    n: int  # the question is asked for the n-th time
    outcome: Outcome
    markdown: str  # with `[[key]]` where a page is cited
    consulted: tuple[market.Page, ...]
    split: bool  # the engine searched twice


FIXED = {
    ("perplexity", market.DURABILITY.text): Outcome.REFUSED,
    ("openai", market.RECYCLED.text): Outcome.EMPTY,
    ("serpapi", market.TOURING.text): Outcome.DEFERRED,
    ("serpapi", market.PRICE.text): Outcome.ABSENT,
    ("serpapi", market.DURABILITY.text): Outcome.NOT_AVAILABLE,
    ("dataforseo/google_aio", market.PRICE.text): Outcome.ABSENT,
}
# How much each engine likes a brand; the engines must differ for the demo's tables to say something.
LIKING = {"Fernquay": 3.0, "Brückmoor": 4.0, "Harbor": 2.0, "Merrow-Pike": 2.0, "Dunnavik": 1.5}
LIKING_FERNQUAY = {
    "openai": 3.0,
    "brightdata": 3.0,
    "serpapi": 2.0,
    "perplexity": 1.5,
    "openai_compatible": 1.0,
    "anthropic": 2.5,
    "gemini": 2.0,
    "xai": 1.0,
    "dataforseo": 2.0,
}
CITES_NOTHING = 0.1
RECORD_FAILS = 0.05


def draw(engine: str, question: str, n: int, *, seed: str, outcome: Outcome | None = None) -> Answer:
    """The n-th answer of an engine to a question, or what `outcome` forces in its place."""
    dice = random.Random(f"{seed}|{engine}|{question}|{n}")  # noqa: S311 - a draw that can be repeated, not a secret
    text = _written(dice, engine, question)
    if dice.random() < CITES_NOTHING:
        text = _without_citations(text)
    fails = engine.startswith("brightdata") and dice.random() < RECORD_FAILS
    usual = FIXED.get((engine, question), Outcome.RECORD_ERROR if fails else Outcome.ANSWER)
    chosen = outcome or usual
    consulted = tuple(dice.sample(list(market.PAGES.values()), k=6))
    return Answer(engine, question, n, chosen, _as(chosen, text), consulted, split=dice.random() < 0.4)


def _as(outcome: Outcome, text: str) -> str:
    match outcome:
        case Outcome.REFUSED:
            return texts.REFUSAL
        case Outcome.PLACEHOLDER:
            return texts.PLACEHOLDER
        case Outcome.EMPTY:
            return ""
        case Outcome.NUL:
            return f"{text[:20]}\x00{text[20:]}\n\nA lone surrogate: \ud800."
        case Outcome.BIG:
            return text + "\n\n" + "More about bicycle bags. " * (BIG_BYTES // 25)
        case _:
            return text


def _written(dice: random.Random, engine: str, question: str) -> str:
    query = next((query for query in market.QUERIES if query.text == question), None)
    if query in texts.WHOLE:
        return dice.choice(texts.WHOLE[query])
    names = _ordered(dice, engine)[: dice.choice((3, 3, 4, 5))]
    opening = dice.choice(texts.OPENINGS[query]) if query else texts.GENERIC_OPENING
    said = texts.SAID.get(query, texts.BAGS) if query else texts.BAGS
    middle = dice.choice(SHAPES)(dice, names, said)
    parts = (opening, middle, dice.choice(texts.ENDINGS))
    return "\n\n".join(part.format(first=names[0], second=names[1]) for part in parts if part)


def _ordered(dice: random.Random, engine: str) -> list[str]:
    """All brands in a random order in which the liked ones tend to come first (Efraimidis and Spirakis, 2006)."""
    liking = LIKING | {market.BRAND.name: LIKING_FERNQUAY[engine.partition("/")[0]]}
    return sorted(liking, key=lambda name: dice.random() ** (1 / liking[name]), reverse=True)


def _without_citations(text: str) -> str:
    for key in market.PAGES:
        text = text.replace(f" [[{key}]]", "")
    return text


def _ranking(dice: random.Random, names: list[str], said: texts.Said) -> str:
    """The first is praised; whoever comes later may be criticised."""
    facts = [said.praise if place == 1 or dice.random() < 0.6 else said.criticism for place in range(1, len(names) + 1)]
    lines = (
        f"{place}. **{name}**: {dice.choice(fact[name])}."
        for place, (name, fact) in enumerate(zip(names, facts, strict=True), 1)
    )
    return "\n".join(lines)


def _bullets(dice: random.Random, names: list[str], said: texts.Said) -> str:
    lines = (
        line
        for name in names
        for line in (
            f"- **{name}**",
            f"  - Good: {dice.choice(said.praise[name])}.",
            f"  - Bad: {dice.choice(said.criticism[name])}.",
        )
    )
    return "\n".join(lines)


def _table(dice: random.Random, names: list[str], said: texts.Said) -> str:
    rows = (f"| {name} | {dice.choice(said.neutral[name])} |" for name in names)
    return "\n".join(("### At a glance", "", "| Brand | Facts |", "| --- | --- |", *rows))


def _paragraphs(dice: random.Random, names: list[str], said: texts.Said) -> str:
    praised, *others = names
    first = f"The name that stands out is **{praised}**: {dice.choice(said.praise[praised])}."
    blamed = (dice.choice(said.criticism[name]) for name in others[:2])
    second = " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in blamed)
    last = f"Others worth a look: {', '.join(others[2:])}." if others[2:] else ""
    return "\n\n".join(part for part in (first, second, last) if part)


Shape = Callable[[random.Random, list[str], texts.Said], str]
SHAPES: tuple[Shape, ...] = (_ranking, _ranking, _bullets, _table, _paragraphs)

"""Scoring.

How fast answers are scored on one core, by the processor's time of one process: invented answers of about 2,500
characters, each scored for ten entities, as the scoring job does it without the database. Then what 10,000 aliases
cost, how hard inputs fare, and whether the intervals and the change test keep what they promise on answers of known
truth (`tests/simulations.py`; docs/metrics.md has the full tables).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from random import Random

from bench.section import Bench, Table
from brands.matching import AnswerText, CitedUrl, Entity
from brands.scorer import Scorer
from brands.scorers.citations import CitationsScorer
from brands.scorers.mentions import MentionsScorer
from brands.scorers.position import PositionScorer
from brands.scorers.sentiment import SentimentScorer
from brands.word_list import word_list
from tests.simulations import QUERIES, SAMPLES, Design, alarms, coverage_of_rate

ANSWERS = 400
LENGTH = 2_500  # characters
ALIASES = 10_000
Chosen = tuple[type[Scorer], ...]
FAST: Chosen = (MentionsScorer, PositionScorer, CitationsScorer)
SENTIMENT: Chosen = (SentimentScorer,)
ALL: Chosen = (*FAST, *SENTIMENT)
SYLLABLES = ("ver", "da", "no", "bor", "ea", "lis", "co", "bal", "to", "mir", "an", "te", "lux", "or", "ka", "zen")
WORDS = sorted(
    word_list(
        """
        the plan is good for families and has fair prices while coverage in rural places can be slow but support answers
        quickly most people choose it when they travel often because data unlimited there are no hidden fees
        """
    )
)


def measure(bench: Bench) -> Iterator[Table]:
    random = Random("scoring")  # noqa: S311
    tracked = entities(random, 10)
    texts = [answer(random, tracked) for _ in range(ANSWERS)]
    mean = sum(len(each.text) for each in texts) / len(texts)
    bench.say("speed")
    rows = [
        (name, rate(lambda: [_fresh(each) for each in texts], tracked, scorers))
        for name, scorers in {
            "mentions, rank, citations": FAST,
            "sentiment in use": SENTIMENT,
            "all together": ALL,
        }.items()
    ]
    yield Table("Speed", ("scorers", "answers/s"), rows, note=f"{ANSWERS} answers, {mean:.0f} characters on average.")
    bench.say("aliases")
    yield Table("Aliases", ("names", "answers/s"), list(_with_aliases(random, texts)), note="Mentions alone.")
    bench.say("hard inputs")
    yield Table("Hard inputs", ("input", "seconds", "failed"), list(_hard(random, tracked)))
    bench.say("intervals")
    yield Table(
        "Intervals and changes",
        ("queries", "samples", "rate", "correlation", "coverage, %", "given, %", "false alarms, %"),
        list(_simulated()),
        note="2,000 simulations a row; 95 % is promised for coverage, at most 5 % for false alarms.",
    )


def entities(random: Random, number: int, aliases: int = 0) -> list[Entity]:
    def name() -> str:
        return "".join(random.choices(SYLLABLES, k=3)).capitalize()

    return [
        Entity(
            str(place),
            f"{name()} {name()}" if place % 3 == 0 else name(),
            "competitor" if place else "brand",
            tuple(f"{name()} {name()} {index}" for index in range(aliases // number)),
            (f"site{place}.example",),
        )
        for place in range(number)
    ]


def answer(random: Random, tracked: Sequence[Entity], length: int = LENGTH) -> AnswerText:
    """Markdown with a numbered list, names and links, as engines write it."""
    lines: list[str] = []
    while sum(map(len, lines)) < length:
        named = random.choice(tracked).name
        words = " ".join(random.choices(WORDS, k=random.randint(8, 25)))
        lines.append(f"{len(lines) + 1}. **{named}**: {words} ([site](https://site{random.randint(0, 20)}.example/a)).")
    urls = [CitedUrl(f"https://site{random.randint(0, 20)}.example/{place}", place % 3 > 0) for place in range(12)]
    return AnswerText("\n".join(lines), "Which plan is the best for families?", urls)


def _fresh(text: AnswerText) -> AnswerText:
    return AnswerText(text.text, text.question, text.citations)


def rate(texts: Callable[[], list[AnswerText]], tracked: Sequence[Entity], scorers: Sequence[type[Scorer]]) -> float:
    """Answers a second of processor time; the best of three, the first of which also fills caches."""
    best = 0.0
    for _ in range(3):
        batch, began = texts(), time.process_time()
        for text in batch:
            for scorer in scorers:
                scorer().score(text, tracked)
        best = max(best, len(batch) / (time.process_time() - began))
    return round(best, 1)


def _with_aliases(random: Random, texts: Sequence[AnswerText]) -> Iterator[tuple[int, float]]:
    for aliases in (0, ALIASES):
        tracked = entities(Random("names"), 10, aliases)  # noqa: S311
        names = sum(len(entity.names) for entity in tracked)
        yield names, rate(lambda: [_fresh(each) for each in texts], tracked, (MentionsScorer,))


def _hard(random: Random, tracked: Sequence[Entity]) -> Iterator[tuple[str, float, int]]:
    noise = [random.randbytes(2_000).decode("utf-8", "replace") for _ in range(100)]
    inputs = {
        "100 × random bytes": [AnswerText(text) for text in noise],
        "one answer of 100 KB": [answer(random, tracked, 100_000)],
        "100 KB without a space": [AnswerText("a" * 100_000)],
    }
    for name, texts in inputs.items():
        began, failed = time.process_time(), 0
        for text in texts:
            for scorer in ALL:
                failed += len(scorer().score(text, tracked)) != len(tracked)
        yield name, round(time.process_time() - began, 3), failed


def _simulated() -> Iterator[tuple[int, int, str, float, float, float, float]]:
    for queries in QUERIES:
        for samples in SAMPLES:
            design = Design(queries, samples, 0.3, 0.3)
            held = coverage_of_rate(design)
            percent = (round(100 * held.share, 1), round(100 * held.given), round(100 * alarms(design), 1))
            yield queries, samples, "30 %", design.correlation, *percent

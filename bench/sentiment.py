"""Sentiment

How often the judges agree with people, on labelled sentences in which a target is marked, as macro F1 (the mean of the
F1 of positive, neutral and negative). VADER is the usual yardstick: it reads the target's sentence and knows no target.
Every row counts; where the default judge abstains, with the label that it leans to. *Surest nine tenths* leaves out the
tenth of the rows of which it is least sure. The sentences are third-party data and no part of the project: the
rows are read from `sentiment-dev.jsonl` in a folder `shared` beside it, and left out where there is none.

The speed is that of one core, for answers of 2,500 characters that name ten brands.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.section import Bench, Table
from bench.vader import vader_labels
from brands.matching import AnswerText, Entity
from brands.sentiment.choice import default_judge
from brands.sentiment.evaluation import Row, evaluate, figures, read_rows
from brands.sentiment.judge import Judge
from brands.sentiment.lexicon_judge import LexiconJudge

ROWS = Path(__file__).parents[2] / "shared" / "sentiment-dev.jsonl"
ANSWERS, CHARACTERS = 60, 2_500
BRANDS = ("Acme", "Borealis", "Cordia", "Delphi", "Evora", "Fennel", "Galton", "Halden", "Ixia", "Jorvik")
_SAYINGS = (
    "{} is a solid choice for most people, with good coverage and fair prices.",
    "{} has 40 shops in ten countries and sells its plans online as well.",
    "Reviewers praise the support of {}, but its app is slow at times.",
    "Compared with {other}, {} is pricier, though the build quality is better.",
    "If you travel a lot, {} is worth a look. It includes roaming in all its plans.",
    "Some users complain about hidden fees at {} and about long waits on the phone.",
    "- **Best for:** families and small teams",
    "Prices start at $25 a month, and there is a free trial for new customers.",
    "There are a few things to keep in mind before you decide on a provider.",
)


def measure(bench: Bench) -> Iterator[Table]:
    judge = default_judge()
    if ROWS.exists():
        rows = read_rows(ROWS.read_text("utf-8").splitlines())
        heads = ("source", "rows", "VADER", "lexicon", "default", "surest nine tenths", "abstained %")
        yield Table("Agreement with people", heads, agreement(rows, judge), note=f"Default: {judge.version}.")
    yield Table("Speed of the judges", ("judge", "answers", "answers/s"), [_speed(j) for j in (judge, LexiconJudge())])


def agreement(rows: list[Row], judge: Judge) -> list[tuple[str, int, float, float, float, float, float]]:
    """Of each source, and of all rows together."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row.source].append(row)
    return [_compared(source, part, judge) for source, part in [*sorted(parts.items()), ("all", rows)]]


def _compared(source: str, rows: list[Row], judge: Judge) -> tuple[str, int, float, float, float, float, float]:
    vader = figures([(row.label, label) for row, label in zip(rows, vader_labels(rows), strict=True)])
    lexicon, own = evaluate(rows, LexiconJudge()), evaluate(rows, judge)
    surest, abstained = own["surest_nine_tenths"]["macro_f1"], round(100 * own["share_abstained"], 1)
    return source, len(rows), vader["macro_f1"], lexicon["macro_f1"], own["macro_f1"], surest, abstained


def _speed(judge: Judge) -> tuple[str, int, float]:
    """Matching included. Before the clock starts, one answer has been judged."""
    entities = [Entity(name, name, "competitor") for name in BRANDS]
    texts = [made_up(random.Random(number)) for number in range(ANSWERS + 1)]  # noqa: S311
    judge.opinions([(first := AnswerText(texts.pop()), first.mentions(entities))])
    began = perf_counter()
    answers = [AnswerText(text) for text in texts]
    judge.opinions([(answer, answer.mentions(entities)) for answer in answers])
    return judge.version, len(answers), round(len(answers) / (perf_counter() - began), 1)


def made_up(chance: random.Random) -> str:
    """An answer that says something else each time about all the brands, under a heading each."""
    parts = [f"## {name}\n" for name in BRANDS]
    while sum(map(len, parts)) < CHARACTERS:
        at = chance.randrange(len(BRANDS))
        other = BRANDS[at - 1]
        parts[at] += chance.choice(_SAYINGS).format(BRANDS[at], other=other) + f" ({chance.randrange(10**6)})\n"
    return "\n".join(parts)

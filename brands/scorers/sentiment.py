"""How an answer speaks of an entity, from the sentences and clauses about it. The judge's version is the score's."""

from collections.abc import Sequence

from brands.scorer import AnswerText, Entity, Finding, Scorer, scorer
from brands.sentiment.choice import default_judge
from brands.sentiment.judge import Judge, Opinion


@scorer
class SentimentScorer(Scorer):
    """`label`: positive, neutral, negative, or abstain where the evidence is too thin or in a language that the judge
    does not read; `score`: −1…1, None with abstain; `quote`: the sentence that speaks most clearly, word for word. All
    None when absent."""

    name = "sentiment"

    def __init__(self, judge: Judge | None = None) -> None:
        self.judge = judge or default_judge()
        self.version, self.at_once = self.judge.version, self.judge.at_once

    def score(self, text: AnswerText, entities: Sequence[Entity]) -> list[Finding]:
        (findings,) = self.score_together([text], entities)
        return findings

    def score_together(self, texts: Sequence[AnswerText], entities: Sequence[Entity]) -> list[list[Finding]]:
        found = self.judge.opinions([(text, text.mentions(entities)) for text in texts])
        pairs = zip(texts, found, strict=True)
        return [[_finding(text.text, entity, of.get(entity)) for entity in entities] for text, of in pairs]


def _finding(text: str, entity: Entity, opinion: Opinion | None) -> Finding:
    if opinion is None:
        return Finding(entity, {"label": None, "score": None, "quote": None})
    quote = opinion.strongest
    measures = {
        "label": opinion.label,
        "score": None if opinion.score is None else round(opinion.score, 4),
        "quote": text[quote.start : quote.end],
    }
    evidence = [
        {
            "start": said.start,
            "end": said.end,
            "quote": text[said.start : said.end],
            "score": None if said.score is None else round(said.score, 4),
        }
        for said in opinion.said
    ]
    return Finding(entity, measures, evidence)

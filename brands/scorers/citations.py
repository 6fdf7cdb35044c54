"""Whose pages an answer cites, and whose it only consulted."""

from collections.abc import Sequence

from brands.scorer import AnswerText, Entity, Finding, Scorer, scorer
from brands.urls import owns, registrable_domain


@scorer
class CitationsScorer(Scorer):
    """Citations on the entity's domains: `citation_count` of all of them, `cited_count` of those that the answer cites,
    `consulted_count` of those that the engine only read. The evidence names their 1-based positions."""

    name = "citations"
    version = "1"

    def score(self, text: AnswerText, entities: Sequence[Entity]) -> list[Finding]:
        return [_finding(text, entity) for entity in entities]


def _finding(text: AnswerText, entity: Entity) -> Finding:
    own = [(position, page) for position, page in enumerate(text.citations, 1) if owns(entity, page.url)]
    cited = sum(page.cited for _, page in own)
    measures = {"citation_count": len(own), "cited_count": cited, "consulted_count": len(own) - cited}
    evidence = [{"position": position, "domain": registrable_domain(page.url)} for position, page in own]
    return Finding(entity, measures, evidence)

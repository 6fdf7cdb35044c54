"""How often, and in which order, an answer names whom."""

from collections.abc import Sequence

from brands.matching import Mention
from brands.matching.name_rule import rule_words
from brands.scorer import AnswerText, Entity, Finding, Scorer, scorer

LONGEST_SENTENCE = 500  # characters of it that are kept


@scorer
class MentionsScorer(Scorer):
    """`mention_count`; `share_of_answers`: own mentions ÷ all tracked mentions × 100, None when nobody is mentioned;
    `order`: 1 for the entity that is named first, None when absent."""

    name = "mentions"
    version = "2"

    def score(self, text: AnswerText, entities: Sequence[Entity]) -> list[Finding]:
        mentions = text.mentions(entities)
        order = list(dict.fromkeys(mention.entity for mention in mentions))
        return [_finding(text, entity, mentions, order) for entity in entities]


def _finding(text: AnswerText, entity: Entity, mentions: Sequence[Mention], order: list[Entity]) -> Finding:
    own = [mention for mention in mentions if mention.entity == entity]
    measures = {
        "mention_count": len(own),
        "share_of_answers": round(100 * len(own) / len(mentions), 4) if mentions else None,
        "order": order.index(entity) + 1 if own else None,
    }
    return Finding(entity, measures, [evidence(text, mention) for mention in own])


def evidence(text: AnswerText, mention: Mention) -> dict[str, object]:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "alias": mention.alias,
        "rule": rule_words(mention.rule) if mention.rule else "",
        "sentence": text.sentence_at(mention.start)[:LONGEST_SENTENCE],
    }

"""Where an answer names an entity: at which word, and at which place of a list that it orders."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from math import log10

from brands.matching import Mention
from brands.matching.lists import Item, ordered_lists
from brands.matching.stances import Said, stances
from brands.scorer import AnswerText, Entity, Finding, Scorer, scorer

STANCES = ("recommended", "compared", "warned_against")
LONGEST_QUOTE = 500  # characters
# What may stand between the start of an item and the name that takes the place: markup, "Best overall:", an article.
_LEAD = re.compile(r"(?:[^\n]{0,80}(?:[:–—]|\s-\s))?[\W_]*(?:the\s+[\W_]*)?", re.IGNORECASE)


@scorer
class PositionScorer(Scorer):
    """`first_position`: 1-based word index of the first mention; `rank`: place in a list that the answer itself orders;
    both None when there is none. `visibility_index`: see there. `word_count`: words of the whole answer. `recommended`,
    `compared`, `warned_against`: whether a sentence says so; None when absent, and the evidence has the sentences."""

    name = "position"
    version = "2"

    def score(self, text: AnswerText, entities: Sequence[Entity]) -> list[Finding]:
        mentions = text.mentions(entities)
        ranks = _ranks(text, mentions) if mentions else {}
        said = stances(text, mentions) if mentions else []
        return [_finding(text, entity, mentions, ranks.get(entity), said) for entity in entities]


def visibility_index(first_position: int | None, mentions: int, words: int) -> float | None:
    """0.6 / log10(first_position + 9) + 0.4 · mentions / words, within 0…1; 0 when absent, None for an empty answer."""
    if words == 0:
        return None
    if first_position is None:
        return 0.0
    return round(min(1.0, max(0.0, 0.6 / log10(first_position + 9) + 0.4 * mentions / words)), 6)


def _finding(
    text: AnswerText, entity: Entity, mentions: Sequence[Mention], rank: int | None, said: Sequence[Said]
) -> Finding:
    own = [mention for mention in mentions if mention.entity == entity]
    first = text.word_index(own[0].start) if own else None
    measures = {
        "first_position": first,
        "rank": rank,
        "visibility_index": visibility_index(first, len(own), text.word_count),
        "word_count": text.word_count,
    }
    of_it = [each for each in said if each.entity == entity]
    measures |= {stance: any(each.stance == stance for each in of_it) if own else None for stance in STANCES}
    places = [{"start": own[0].start, "end": own[0].end, "text": own[0].text}] if own else []
    return Finding(entity, measures, places + [_evidence(text, each) for each in of_it])


def _evidence(text: AnswerText, said: Said) -> dict[str, object]:
    quote = text.text[said.start : said.end][:LONGEST_QUOTE]
    return {"start": said.start, "end": said.end, "stance": said.stance, "text": quote}


def _ranks(text: AnswerText, mentions: Sequence[Mention]) -> dict[Entity, int]:
    """Each entity's place in the first list that gives it one."""
    starts = [mention.start for mention in mentions]
    ranks: dict[Entity, int] = {}
    for items in ordered_lists(text.visible):
        for item in items:
            at = bisect_left(starts, item.start)
            if at < len(mentions) and _leads(text.visible, item, mentions[at]):
                ranks.setdefault(mentions[at].entity, item.place)
    return ranks


def _leads(visible: str, item: Item, mention: Mention) -> bool:
    return mention.start < item.end and _LEAD.fullmatch(visible, item.start, mention.start) is not None

"""The contract of a judge: it reads what answers say about the entities that they mention.

Three keep it: the trained judge (the default), the lexicon judge where that one cannot run, and the model judge, which
asks a language model. Each has a version; an opinion is always that of one version.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from brands.matching import AnswerText, Entity, Mention
from jobs.errors import GiveUp

POSITIVE, NEUTRAL, NEGATIVE, ABSTAIN = "positive", "neutral", "negative", "abstain"
LABELS = (POSITIVE, NEUTRAL, NEGATIVE)
Mentioned = tuple[AnswerText, Sequence[Mention]]


class Unread(GiveUp):
    """This answer cannot be read now; the others can."""


@dataclass(frozen=True, slots=True)
class Said:
    """What `start:end` of the answer says about an entity: −1…1, None where no word says anything."""

    start: int
    end: int
    score: float | None
    words: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """`leaning` is the likeliest label, also where the judge abstains; `confidence` its chance (None: unknown)."""

    label: str
    score: float | None  # None: abstained
    said: tuple[Said, ...]
    leaning: str = NEUTRAL
    confidence: float | None = None

    @property
    def strongest(self) -> Said:
        """The sentence that speaks most clearly for the label."""
        sign = -1 if self.label == NEGATIVE else 1
        if self.label in (POSITIVE, NEGATIVE):
            return max(self.said, key=lambda said: sign * (said.score or 0))
        return max(self.said, key=lambda said: said.words)


class Judge(ABC):
    version: str
    at_once = 50  # answers that are best read together

    @abstractmethod
    def opinions(self, answers: Sequence[Mentioned]) -> list[dict[Entity, Opinion]]:
        """For each answer the opinion about each entity that it mentions. What one answer says about an entity does
        not depend on the others. May raise Unread where it was given one answer."""

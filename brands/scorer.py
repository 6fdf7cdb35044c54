"""The contract of a scorer: a pure function of a text and the entities that are tracked. No database, no network.

One exception: a customer may have a language model judge the sentiment (`brands/judges.py`).

A scorer lives in a module of `<app>/scorers/` and registers itself with `@scorer`. Change its `version` whenever
its findings can change: a score is always the finding of one version.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from brands.matching import AnswerText, Entity
from jobs.registry import Registry

__all__ = ["AnswerText", "Entity", "Finding", "Scorer", "scorer", "scorers"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scorer found in one answer for one entity. Both parts are JSON."""

    entity: Entity
    measures: dict[str, Any]
    evidence: list[dict[str, Any]] = field(default_factory=list)


class Scorer(ABC):
    name: ClassVar[str]
    version: str
    at_once = 50  # texts that are best scored together

    @abstractmethod
    def score(self, text: AnswerText, entities: Sequence[Entity]) -> list[Finding]:
        """One finding for each entity, in their order, also for those that the text does not name."""

    def score_together(self, texts: Sequence[AnswerText], entities: Sequence[Entity]) -> list[list[Finding]]:
        """As `score` for each text. Override it where that is faster; the findings must be the same."""
        return [self.score(text, entities) for text in texts]


scorers: Registry[str, type[Scorer]] = Registry("scorer")
S = TypeVar("S", bound=type[Scorer])


def scorer(cls: S) -> S:
    """Register a scorer under its name."""
    scorers.add(cls.name, cls)
    return cls

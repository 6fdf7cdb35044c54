"""What a collection consists of: each query to each collector, once a sample, and which of these are still missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from brands.collector import Question
from brands.models import Answer, Brand, Query


class Plan(Protocol):
    """The options that say what is asked; see `CollectionOptions`."""

    collectors: list[str]
    parallel: bool
    samples: int
    spread_seconds: int
    delay_seconds: int
    country: str
    locale: str


@dataclass(frozen=True, slots=True)
class Part:
    """One question to one collector, once."""

    run_id: UUID
    query: Query
    collector: str
    sample: int
    country: str
    locale: str

    def __str__(self) -> str:
        return f"“{self.query.text}” on {self.collector}" + (f" (sample {self.sample})" if self.sample > 1 else "")

    @property
    def question(self) -> Question:
        return Question(self.query.text, self.country, self.locale)

    @property
    def key(self) -> dict[str, Any]:
        """What makes an answer the answer to this part."""
        return {"run_id": self.run_id, "query": self.query, "collector": self.collector, "sample": self.sample}


def parts(run_id: UUID, queries: list[Query], plan: Plan) -> Iterator[Part]:
    """All parts of a run: sample by sample, so that an interrupted run has every query once before any twice."""
    for sample in range(1, plan.samples + 1):
        for query in queries:
            for collector in plan.collectors:
                yield Part(
                    run_id,
                    query,
                    collector,
                    sample,
                    country=query.country or plan.country,
                    locale=query.locale or plan.locale,
                )


def may_be_asked(answer: Answer | None, *, ask_all_failed: bool) -> bool:
    """Whether a part with this answer is to be asked: it never was, or it failed in a way that may pass."""
    if answer is None:
        return True
    return answer.status == Answer.Status.FAILED and (answer.is_retryable or ask_all_failed)


def active_queries(brand: Brand) -> list[Query]:
    return list(brand.queries.filter(is_active=True).select_related("brand"))

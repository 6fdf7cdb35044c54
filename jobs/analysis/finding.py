"""A finding: what was found, how large it is, and what speaks for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.analysis.finding_type import FindingType
from jobs.analysis.inference import PRIOR_ODDS, Result, confidence, holm
from jobs.analysis.words import short

COUNTED = "Counted in the file, not estimated."
LEAST_CONFIDENCE = 0.3  # what is below is no finding
MOST_FINDINGS = 60


TOLD_FIRST = (  # of those that are as sure as each other
    *(FindingType.CHANGE, FindingType.TREND, FindingType.SEGMENT, FindingType.CORRELATION, FindingType.SEASONALITY),
    *(FindingType.OUTLIERS, FindingType.DISTRIBUTION, FindingType.QUALITY, FindingType.SCHEMA),
)


@dataclass(slots=True)
class Finding:
    """As JSON it is what is kept: `content` are the figures, `evidence` what they were computed from and the test."""

    type: FindingType
    title: str
    columns: Sequence[str] = ()
    rows: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    chart: dict[str, Any] | None = None
    result: Result | None = None  # None for what was counted
    is_large_enough: bool = True  # whether the effect is worth a sentence, whatever its p value
    confidence: float = 1.0
    basis: str = COUNTED
    corrected_p: float | None = None
    tests: int = 0  # that it was corrected for

    def as_json(self) -> dict[str, Any]:
        evidence: dict[str, Any] = {"columns": list(self.columns), "rows": self.rows, "test": self._test()}
        return {
            "type": str(self.type),
            "title": self.title[:300],
            "content": self.content,
            "confidence": round(self.confidence, 4),
            "basis": self.basis,
            "evidence": evidence,
            "chart": self.chart,
        }

    def _test(self) -> dict[str, Any] | None:
        if self.result is None:
            return None
        return {
            "name": self.result.name,
            "statistic": short(self.result.statistic),
            "p": short(self.result.p),
            "corrected_p": short(self.corrected_p or 0.0),
            "correction": "Holm",
            "tests": self.tests,
            "effect": short(self.result.effect),
            "effect_name": self.result.effect_name,
        }


def judged(found: Iterable[Finding]) -> list[Finding]:
    """The findings that are worth telling, surest first: all tests of a file are corrected together, also those of
    effects that are too small to tell."""
    findings = list(found)
    tested = [each for each in findings if each.result is not None]
    corrected = holm([each.result.p for each in tested if each.result])
    for each, p in zip(tested, corrected, strict=True):
        each.corrected_p, each.tests, each.confidence = p, len(tested), confidence(p)
        each.basis = (
            f"1 / (1 + {PRIOR_ODDS} · −e·p·ln p) with p = {p:.2g}, the p value of the test corrected by Holm’s method "
            f"for all {len(tested)} tests of this file."
        )
    kept = [each for each in findings if each.is_large_enough and each.confidence >= LEAST_CONFIDENCE]
    kept.sort(key=lambda each: (-round(each.confidence, 2), TOLD_FIRST.index(each.type), -_size(each)))
    return kept[:MOST_FINDINGS]


def _size(finding: Finding) -> float:
    return abs(finding.result.effect) if finding.result else 0.0

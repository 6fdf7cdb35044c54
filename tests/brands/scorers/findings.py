from typing import Any

from brands.matching import AnswerText
from brands.scorer import Scorer
from tests.brands.matching.entities import entities


def measures(scorer: Scorer, text: str, *names: str) -> dict[str, dict[str, Any]]:
    """What a scorer measures for each name; "NAME=ALIAS|ALIAS" gives aliases."""
    return {finding.entity.name: finding.measures for finding in scorer.score(AnswerText(text), entities(*names))}

"""What was found in a file, told in a few paragraphs by a *narrator*: none is built in, an app may register one.

It sees findings and no row of the file, and what it sends is bound to a schema and checked (`jobs/telling.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from jobs.errors import JobError
from jobs.estimate import Estimate, EstimateLine
from jobs.registry import Registry

MOST_PARAGRAPHS = 8
LONGEST_HEADLINE, LONGEST_PARAGRAPH = 150, 800  # characters


class Unwritten(JobError):
    """There is no narrative."""


def _text(longest: int) -> AfterValidator:
    """Bound in length; in a schema that is sent, providers do not take such a bound."""

    def check(text: str) -> str:
        clean = "".join(each for each in " ".join(text.split()) if each.isprintable())
        if not 0 < len(clean) <= longest:
            raise ValueError(f"between 1 and {longest} characters")
        return clean

    return AfterValidator(check)


def _list(most: int) -> AfterValidator:
    def check(items: list[Any]) -> list[Any]:
        if not 0 < len(items) <= most:
            raise ValueError(f"between 1 and {most} items")
        return items

    return AfterValidator(check)


class Paragraph(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    text: Annotated[str, _text(LONGEST_PARAGRAPH)]
    insights: Annotated[list[int], _list(10)]  # their numbers, 1 for the first


class Narrative(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    headline: Annotated[str, _text(LONGEST_HEADLINE)]
    paragraphs: Annotated[list[Paragraph], _list(MOST_PARAGRAPHS)]


@dataclass(frozen=True, slots=True)
class Written:
    """What a narrator sent, unchecked, and who wrote it."""

    text: str
    provider: str
    model: str


Writer = Callable[[dict[str, Any]], Written]  # takes findings; raises Unwritten
Narrate = Callable[[UUID, UUID], Writer | None]  # of an owner and a run; None where nobody is to be asked
Expect = Callable[[int], EstimateLine | None]  # of so many narratives; None where nobody is to be asked


@dataclass(frozen=True, slots=True)
class Narrator:
    narrate: Narrate
    expect: Expect  # what its narratives will cost


narrators: Registry[str, Narrator] = Registry("narrator")


def narrator(name: str, expect: Expect) -> Callable[[Narrate], Narrate]:
    def register(narrate: Narrate) -> Narrate:
        narrators.add(name, Narrator(narrate, expect))
        return narrate

    return register


def writer_for(owner_id: UUID, run_id: UUID) -> Writer | None:
    return next((writer for _, each in narrators.items() if (writer := each.narrate(owner_id, run_id))), None)


def expected_of(narratives: int) -> Estimate | None:
    """What so many narratives will cost; None where nobody is to be asked."""
    line = next((line for _, each in narrators.items() if (line := each.expect(narratives))), None)
    return None if line is None else Estimate((line,))

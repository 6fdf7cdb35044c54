"""What a narrator sees of a file, and what of its narrative is kept.

A paragraph with a figure that was not computed, or about no insight that there is, is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from jobs.figures import Figures
from jobs.narrative import Narrative, Paragraph, Unwritten

MOST_COLUMNS = 100  # whose profile a narrator sees
COUNTED = ("schema", "quality")  # types whose titles may quote cells
OF_COLUMN = ("name", "kind", "missing", "distinct", "odd", "quantiles", "from", "to", "top")
_QUOTED = re.compile(r"“[^“”]*”")


def findings_of(
    description: str, rows: int, profile: list[dict[str, Any]], insights: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """What a narrator sees, of insights as `Finding.as_json` has them: no cell that is only an example."""
    columns = [{name: each[name] for name in OF_COLUMN if name in each} for each in profile[:MOST_COLUMNS]]
    told = [_seen(number, each) for number, each in enumerate(insights, 1)]
    return {"business": description, "rows": rows, "columns": columns, "insights": told}


def _seen(number: int, insight: Mapping[str, Any]) -> dict[str, Any]:
    content = {name: value for name, value in insight["content"].items() if name != "examples"}
    title = {} if insight["type"] in COUNTED else {"title": insight["title"]}
    found = {"type": insight["type"], **title, "content": content, "confidence": insight["confidence"]}
    return {"number": number, **found, **insight["evidence"]}


def told(text: str, findings: dict[str, Any]) -> tuple[Narrative, list[str]]:
    """The narrative that keeps to the schema and to the findings, and what was left out of it, in sentences.

    Raises Unwritten where nothing remains.
    """
    try:
        sent = Narrative.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise Unwritten(f"The reply does not keep to the schema ({where[:80]}).") from None
    check = _Check(findings)
    reasons = [check.problem(each) for each in sent.paragraphs]
    left_out = [f"Paragraph {place} was left out: {why}" for place, why in enumerate(reasons, 1) if why]
    kept = [each for each, why in zip(sent.paragraphs, reasons, strict=True) if not why]
    if not kept:
        raise Unwritten(f"No paragraph keeps to the findings. {left_out[0]}")
    headline = sent.headline
    if strange := check.strange(headline):
        left_out.append(f"The headline was left out: “{strange}” does not stand in the findings.")
        headline = ""
    return Narrative.model_construct(headline=headline, paragraphs=kept), left_out


class _Check:
    """A name counts as one only in quotation marks: a figure within it was not computed."""

    def __init__(self, findings: dict[str, Any]) -> None:
        self.count = len(findings["insights"])
        self.names = sorted(set(_names(findings)), key=len, reverse=True)
        titles = " ".join(each.get("title", "") for each in findings["insights"])
        moments = (each.get(end, "") for each in findings["columns"] for end in ("from", "to"))
        dates = " ".join(moment.removesuffix(" 00:00:00") for moment in moments)
        figures = [findings["rows"], findings["columns"], [{**each, "number": None} for each in findings["insights"]]]
        sentences = f"{_QUOTED.sub(' ', self._without_names(titles))} {dates}"
        self.figures = Figures.of([figures, *_counts(findings)], sentences)

    def problem(self, paragraph: Paragraph) -> str:
        if not all(1 <= number <= self.count for number in paragraph.insights):
            return "it tells of an insight that there is not."
        strange = self.strange(paragraph.text)
        return f"“{strange}” does not stand in the findings." if strange else ""

    def strange(self, text: str) -> str:
        return self.figures.strange(self._without_names(text))

    def _without_names(self, text: str) -> str:
        for name in self.names:
            text = text.replace(f"“{name}”", " ").replace(f'"{name}"', " ")
        return text


def _counts(findings: dict[str, Any]) -> Iterator[int]:
    """How many there are of what the findings list."""
    yield len(findings["insights"])
    if len(findings["columns"]) < MOST_COLUMNS:
        yield len(findings["columns"])
    for insight in findings["insights"]:
        yield len(insight["columns"])
        yield from (len(value) for value in insight["content"].values() if isinstance(value, list | dict))


def _names(findings: dict[str, Any]) -> Iterator[str]:
    """What columns and categories are called."""
    for column in findings["columns"]:
        yield column["name"]
        yield from (value for value, _ in column.get("top", ()))
    for insight in findings["insights"]:
        yield from insight["columns"]
        yield from _strings(insight["content"])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)

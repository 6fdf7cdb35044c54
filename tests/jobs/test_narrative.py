"""A narrative keeps to a schema and to what was computed."""

import json
from typing import Any

import pytest

from jobs.figures import Figures
from jobs.narrative import Unwritten
from jobs.telling import findings_of, told

FIGURES = Figures.of({"slope": 1.98721, "rows": 1234, "share": 0.1234, "fall": -45.6, "parts": 3, "year": 2026})
PROFILE = [
    {"name": "day", "kind": "moment", "missing": 0, "from": "2026-01-01 00:00:00", "to": "2026-11-20 00:00:00"},
    {"name": "plan 777", "kind": "number", "missing": 4, "quantiles": [1.5, 2.5], "histogram": {"counts": [9, 81]}},
]
INSIGHTS = [
    {
        "type": "trend",
        "title": "“plan 777” rises over “day”: from 28.1 to 623 (+2117%).",
        "content": {"from": 28.0609, "to": 623.134, "medians": {"north 555": 28.1, "south": 28.2, "west": 28.4}},
        "confidence": 0.97,
        "evidence": {"columns": ["day", "plan 777"], "rows": 300, "test": {"name": "Mann–Kendall test", "p": 0.004}},
    },
    {
        "type": "schema",
        "title": "1 cells of “day” are no moment, for example “my secret 31337”.",
        "content": {"what": "mixed_types", "count": 1, "examples": ["my secret 31337"]},
        "confidence": 1.0,
        "evidence": {"columns": ["day"], "rows": 300, "test": None},
    },
]
FINDINGS = findings_of("We sell coffee since 1998.", 300, PROFILE, INSIGHTS)


def paragraph(text: str, *insights: int) -> dict[str, Any]:
    return {"text": text, "insights": list(insights) or [1]}


def narrative(*paragraphs: dict[str, Any], headline: str = "Plans rise") -> str:
    return json.dumps({"headline": headline, "paragraphs": paragraphs})


@pytest.mark.parametrize(
    "text",
    [
        "It rises by 1.98721, about 1.99 or 2.0 a day in 2026.",
        "In 1,234 rows, about 1,200 or 1.2 thousand or 1.23k.",
        "It is 12.34 %, 12.3% or 12 percent of them.",
        "It falls by 45.6, or 46, in three parts; one of them is large.",
        "Nothing to count here.",
    ],
)
def test_a_computed_figure_may_be_told_and_rounded(text: str) -> None:
    assert FIGURES.strange(text) == ""


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("It rises by 1.97 a day.", "1.97"),
        ("In 1,300 rows.", "1,300"),
        ("About 1.2 million.", "1.2 million"),
        ("It is 13 % of them.", "13 %"),
        ("It has twice as many.", "twice"),
        ("It is half of them.", "half"),
        ("It rose tenfold.", "tenfold"),
        ("There are five parts.", "five"),
        ("There are millions.", "millions"),
        ("It is ¾ of them.", "¾"),
        ("It is ٩٩ of them.", "٩٩"),
        ("It is 9e9 of them.", "9e9"),
        ("It is 0 of them.", "0"),
        ("It is 1e999 of them.", "1"),
        (f"It is 1{'0' * 400} of them.", f"1{'0' * 39}"),
        (f"It is 1{',000' * 99} of them.", f"1{',000' * 9}"),
        ("It is 2026.5 of them.", "2026.5"),
        ("It is 1,000 or so.", "1,000"),
    ],
)
def test_a_figure_that_was_not_computed_is_told(text: str, strange: str) -> None:
    assert FIGURES.strange(text) == strange


def test_a_narrator_sees_figures_and_names_and_no_cell_that_was_only_an_example() -> None:
    shown = json.dumps(FINDINGS)
    assert "31337" not in shown
    assert "histogram" not in shown
    assert [each["number"] for each in FINDINGS["insights"]] == [1, 2]
    assert FINDINGS["insights"][0]["content"]["to"] == 623.134


def test_what_keeps_to_the_findings_is_kept_and_the_rest_is_named() -> None:
    sent = narrative(
        paragraph("“plan 777” rises from 28.1 to 623 (2117 %), most in “north 555”, in three parts.", 1),
        paragraph("It will be 900 soon.", 1),
        paragraph("Something else.", 3),
        paragraph("A name's figure without its name: 777.", 1),
        paragraph("Sold since 1998.", 1),
        paragraph("From January to 20 November 2026 it was 2,000.", 1),
        headline="Up by 41 %",
    )
    kept, left_out = told(sent, FINDINGS)
    assert [each.text[:10] for each in kept.paragraphs] == ["“plan 777”"]
    assert kept.headline == ""
    assert left_out == [
        "Paragraph 2 was left out: “900” does not stand in the findings.",
        "Paragraph 3 was left out: it tells of an insight that there is not.",
        "Paragraph 4 was left out: “777” does not stand in the findings.",
        "Paragraph 5 was left out: “1998” does not stand in the findings.",
        "Paragraph 6 was left out: “2,000” does not stand in the findings.",
        "The headline was left out: “41 %” does not stand in the findings.",
    ]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Sales rise.",
        "[]",
        json.dumps({"headline": "Up", "paragraphs": []}),
        json.dumps({"headline": "Up", "paragraphs": [{"text": "Up", "insights": [1]}], "code": "import os"}),
        json.dumps({"headline": "Up", "paragraphs": [{"text": "Up", "insights": ["1"]}]}),
        json.dumps({"headline": "Up", "paragraphs": [{"text": "Up", "insights": []}]}),
        narrative(paragraph("x" * 801)),
        narrative(paragraph(" \u200b ")),
        narrative(*[paragraph("Up.")] * 9),
        narrative(paragraph("Up."), headline="x" * 151),
        narrative(paragraph("Up.")).replace("Up.", "\\ud800"),
    ],
)
def test_a_reply_that_breaks_the_schema_is_no_narrative(sent: str) -> None:
    with pytest.raises(Unwritten, match=r"does not keep to the schema \("):
        told(sent, FINDINGS)


def test_nothing_is_a_narrative_of_which_no_paragraph_remains() -> None:
    with pytest.raises(Unwritten, match=r"No paragraph keeps to the findings\. Paragraph 1 was left out: “12” does"):
        told(narrative(paragraph("Up by 12.")), FINDINGS)


def test_hidden_characters_hide_no_figure() -> None:
    kept, left_out = told(narrative(paragraph("Up\x00 now.\u202e"), paragraph("Up by 6\u200b5.")), FINDINGS)
    assert (kept.paragraphs[0].text, len(kept.paragraphs)) == ("Up now.", 1)
    assert "“65”" in left_out[0]

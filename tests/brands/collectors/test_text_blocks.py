from typing import Any

import pytest

from brands.collectors._text_blocks import text_of

LIST = {
    "type": "list",
    "list": [
        {"snippet": "Aurora", "snippet_links": [{"text": "Aurora", "link": "https://aurora.example"}]},
        {"title": "For two:", "list": [{"snippet": "Borealis"}, {"title": "Cirrus", "snippet": "a small one"}]},
    ],
}
BLOCKS: dict[str, tuple[Any, str]] = {
    "paragraph": ([{"type": "paragraph", "snippet": "Aurora leads."}], "Aurora leads."),
    "heading": ([{"type": "heading", "snippet": "Machines"}], "Machines"),
    "nested list": ([LIST], "Aurora\nFor two:\nBorealis\nCirrus\na small one"),
    "expandable": (
        [{"type": "expandable", "title": "More", "text_blocks": [{"type": "paragraph", "snippet": "Aurora"}, LIST]}],
        "More\nAurora\nAurora\nFor two:\nBorealis\nCirrus\na small one",
    ),
    "table of rows": (
        [{"type": "table", "table": [["Machine", "Price"], ["Aurora", 900]], "formatted": [{"machine": "Aurora"}]}],
        "Machine | Price\nAurora | 900",
    ),
    "table of cells": ([{"type": "table", "table": [[{"snippet": "Aurora"}, {"text": "900"}, None]]}], "Aurora | 900"),
    "comparison": (
        [
            {
                "type": "comparison",
                "product_labels": ["Aurora", "Borealis"],
                "comparison": [{"feature": "Noise", "values": ["low", "high"]}],
            }
        ],
        "Aurora | Borealis\nNoise | low | high",
    ),
    "top stories": (
        [
            {
                "type": "top_stories",
                "top_stories": [{"title": "Aurora wins", "link": "https://a.example"}, {"link": "x"}],
            }
        ],
        "Aurora wins",
    ),
    "video and nothing": ([{"type": "video", "video": {"link": "x"}}, {"type": "paragraph", "snippet": ""}], ""),
    "a kind of tomorrow": ([{"type": "poem", "snippet": "Aurora, oh"}, "?", None, 3], "Aurora, oh"),
    "no list": ("text", ""),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_become_lines(name: str) -> None:
    blocks, text = BLOCKS[name]
    assert text_of(blocks) == text


def test_a_bottomless_list_ends() -> None:
    block: dict[str, Any] = {"snippet": "x"}
    block["list"] = [block]
    assert text_of([block]).count("x") < 100

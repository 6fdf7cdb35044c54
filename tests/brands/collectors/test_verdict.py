import pytest

from brands.collector import ReplyStatus
from brands.collectors._verdict import verdict


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "No response", "No content available.", "ERROR EXTRACTING CONTENT", "[No response]", "**N/A**", "…"],
)
def test_what_stands_in_for_an_answer_is_empty(text: str) -> None:
    assert verdict(text) is ReplyStatus.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t assist with that request.",
        "Sorry, I cannot provide that information.",
        "I can't help with that. If you have other questions about coffee machines, feel free to ask!",
        "Unfortunately, I am unable to answer this question.",
        "I cannot assist with that",
        "I won't discuss that topic. Please ask me something else.",
    ],
)
def test_a_text_that_only_declines_is_a_refusal(text: str) -> None:
    assert verdict(text) is ReplyStatus.REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "I can't help with that. Aurora is the best machine for an office.",
        "I can't recommend a single machine, but Aurora and Borealis lead most tests.",
        "I'm sorry, but I can't help with that, though many buyers choose Aurora.",
        "Sorry, I cannot provide live prices. Aurora was 900 francs in spring; Borealis 700.",
        "I can't answer that with certainty: Aurora leads one test and Borealis another.",
        "No response time is published for Aurora.",
        "None of them: choose Aurora.",
        "Aurora can't help with that.",
        "I'm sorry, but I can't help with that. " + "If you ask about machines, Aurora is one. " * 10,
    ],
)
def test_an_answer_that_declines_a_part_is_an_answer(text: str) -> None:
    assert verdict(text) is ReplyStatus.ANSWERED

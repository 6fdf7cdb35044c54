import pytest

from brands.sentiment.encoding import BEGIN, END, LONGEST, TARGET, TARGET_END, encoded
from brands.sentiment.wordpiece import piece_ids, vocabulary

# What the tokenizer of all-MiniLM-L6-v2 itself gives.
GIVEN = {
    "Café Zürich’s unaffordability": [7668, 10204, 1521, 1055, 14477, 4246, 8551, 8010],
    "don't": [2123, 1005, 1056],
    "日本 ok": [1864, 1876, 7929],
    "a\x00b\u200bc\u00adx": [5925, 2595],
    "😀": [100],
    "x" * 101: [100],
    "$5_b": [1002, 1019, 1035, 1038],
    "": [],
}


@pytest.mark.parametrize(("text", "ids"), GIVEN.items())
def test_pieces_are_those_of_the_models_own_tokenizer(text: str, ids: list[int]) -> None:
    assert piece_ids(text) == ids


def test_the_marks_are_those_of_the_vocabulary() -> None:
    marks = ("[CLS]", "[SEP]", "[unused0]", "[unused1]")
    assert tuple(vocabulary()[mark] for mark in marks) == (BEGIN, END, TARGET, TARGET_END)


def test_the_target_stands_between_two_marks() -> None:
    good, acme, bad = (piece_ids(word) for word in ("good", "acme", "bad"))
    assert encoded("good acme bad", 5, 9) == [BEGIN, *good, TARGET, *acme, TARGET_END, *bad, END]


@pytest.mark.parametrize("at", [0, 250, 499])
def test_of_a_long_text_what_stands_nearest_to_the_target_is_kept(at: int) -> None:
    words = ["word"] * 500
    words[at] = "acme"
    start = 5 * at
    ids = encoded(" ".join(words), start, start + 4)
    assert len(ids) == LONGEST
    assert TARGET in ids
    assert ids.count(vocabulary()["word"]) == LONGEST - 4 - len(piece_ids("acme"))


def test_a_target_as_long_as_a_text_leaves_room_for_its_marks() -> None:
    ids = encoded("good " * 500, 0, 2500)
    assert len(ids) < LONGEST
    assert ids[-2:] == [TARGET_END, END]

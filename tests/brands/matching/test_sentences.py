import pytest

from brands.matching import AnswerText


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.50 e.g. in Bern. Cheap.", ["It costs 3.50 e.g. in Bern.", "Cheap."]),
        (
            "Acme is slow [a.example](https://a.example/x). Bolt is fast.",
            ["Acme is slow [a.example](https://a.example/x).", "Bolt is fast."],
        ),
        (
            "Acme is slow, says https://a.example/x. Bolt is fast.",
            ["Acme is slow, says https://a.example/x.", "Bolt is fast."],
        ),
        ("Acme is slow (a.example/x). Bolt is fast.", ["Acme is slow (a.example/x).", "Bolt is fast."]),
        ("Acme is slow [1]. Bolt is fast.[2] Cord too.", ["Acme is slow [1].", "Bolt is fast.", "Cord too."]),
    ],
)
def test_a_sentence_ends_at_its_full_stop_also_behind_an_address(text, sentences):
    assert [text[start:end] for start, end in AnswerText(text).sentences] == sentences

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from brands.sentiment.choice import default_judge

TEXT = "1. **Acme** is excellent.\n2. **Borealis** is slow; see https://acme.example.\n"


def run(*arguments: str, command: str = "score_text") -> str:
    output = io.StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "answer.md"
    path.write_text(TEXT)
    return str(path)


def test_a_text_is_scored_as_json_without_a_database(file: str) -> None:
    report = json.loads(run(file, "--brand", "Acme", "--competitor", "Northern=Borealis|Boreal", "--json"))
    acme, northern = report["entities"]
    assert list(report) == ["word_count", "entities", "scorer_version"]
    assert report["scorer_version"] == f"citations-1+mentions-2+position-2+sentiment-{default_judge().version}"
    assert list(acme) == [
        "name", "kind", "mentions", "mention_count", "first_position", "rank", "visibility_index", "share_of_answers",
        "sentiment",
    ]  # fmt: skip
    said = {"start": 5, "end": 9, "text": "Acme", "alias": "Acme", "rule": "", "sentence": "Acme** is excellent."}
    assert acme["mentions"] == [said]
    assert acme["sentiment"] == {
        "label": "positive",
        "score": pytest.approx(0.9, abs=0.1),
        "quote": "Acme** is excellent.",
    }
    assert (northern["kind"], northern["rank"], northern["mentions"][0]["alias"]) == ("competitor", 2, "Borealis")


def test_absent_entities_have_no_sentiment(file: str) -> None:
    [row] = json.loads(run(file, "--brand", "Cobalto", "--json"))["entities"]
    assert (row["mention_count"], row["visibility_index"], row["sentiment"]) == (0, 0.0, None)


def test_a_text_is_scored_as_an_aligned_table(file: str) -> None:
    lines = run(file, "--brand", "Acme", "--competitor", "Borealis", "--competitor", "Cobalto").splitlines()
    assert (
        len(
            {line.index(cell) for line, cell in zip(lines, ("Kind", "brand", "competitor", "competitor"), strict=False)}
        )
        == 1
    )
    assert lines[-1] == f"9 words, scored by citations-1+mentions-2+position-2+sentiment-{default_judge().version}"


def test_the_question_is_not_counted_where_it_is_echoed(tmp_path: Path) -> None:
    path = tmp_path / "answer.md"
    path.write_text("Is Acme any good?\n\nAcme is.")
    [row] = json.loads(run(str(path), "--brand", "Acme", "--question", "Is Acme any good?", "--json"))["entities"]
    assert row["mention_count"] == 1


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "answer.md"
    path.write_bytes(b"\xff\xfeAcme\x00\xc3 works")
    assert json.loads(run(str(path), "--brand", "Acme", "--json"))["entities"][0]["mention_count"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--brand", " "), "The name of the brand is empty"),
        (("--brand", "Acme", "--competitor", "=x"), "The name of the competitor is empty"),
    ],
)
def test_a_name_of_nothing_is_refused(file: str, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(file, *arguments)


@pytest.mark.parametrize("command", ["score_text", "evaluate_sentiment"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, command: str) -> None:
    arguments = ("--brand", "Acme") if command == "score_text" else ()
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run(str(tmp_path / "none"), *arguments, command=command)


def test_sentiment_is_evaluated_against_labels(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "Acme is great.", "target": "Acme", "label": "positive"}\n\n')
    figures = json.loads(run(str(path), "--json", command="evaluate_sentiment"))
    assert (figures["rows"], figures["accuracy"], figures["abstained_counts_as"]) == (1, 1.0, "leaning")
    assert figures["judge"] == default_judge().version
    assert "the label that it leans to counts" in run(str(path), command="evaluate_sentiment")


def test_another_judge_can_be_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "Acme is great.", "target": "Acme", "label": "positive"}\n')
    figures = json.loads(run(str(path), "--judge", "lexicon", "--json", command="evaluate_sentiment"))
    assert (figures["judge"], figures["accuracy"]) == ("lexicon-1", 1.0)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n")
    with pytest.raises(CommandError, match="There is no row"):
        run(str(path), command="evaluate_sentiment")

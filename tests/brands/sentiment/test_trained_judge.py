"""The default judge, as it ships."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from brands.matching import AnswerText, Entity
from brands.sentiment.choice import default_judge, trained_judge
from brands.sentiment.judge import Opinion
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.trained_model import FOLDER, Unusable, load, problem
from tests.brands.matching.entities import entities

ACME, BOREALIS = entities("Acme", "Borealis")
POS, NEU, NEG, ABS = "positive", "neutral", "negative", "abstain"
CASES = [
    # one sentence, two brands
    ("Acme is great, but Borealis is terrible.", POS, NEG),
    ("Acme is affordable and Borealis is expensive.", POS, NEG),
    ("Acme and Borealis are both excellent.", POS, POS),
    # comparison and contrast
    ("Acme is better than Borealis for most people.", POS, NEG),
    ("Acme beats Borealis on price.", POS, NEG),
    ("Choose Acme over Borealis.", POS, NEG),
    ("Unlike Borealis, Acme is reliable and fast.", POS, NEG),
    # negation and warning
    ("Acme is not recommended.", NEG, None),
    ("Acme isn’t bad.", POS, None),
    ("Acme is not cheap, but it is worth every cent.", POS, None),
    ("I would not recommend Acme to anyone.", NEG, None),
    ("Avoid Acme.", NEG, None),
    # what follows, and what stands under a heading or an item
    ("Acme has wide coverage. It is expensive and unreliable.", NEG, None),
    ("1. **Acme**\n   - Excellent coverage\n2. **Borealis**\n   - Terrible support", POS, NEG),
    ("## Acme\n\nThe service is awful.\n\n## Borealis\n\nLovely people.", NEG, POS),
    ("| Acme | Excellent |\n| Borealis | Poor |", POS, NEG),
    # facts
    ("Acme has a hundred shops in ten countries.", NEU, None),
    ("Popular options include Acme, Borealis and others.", NEU, NEU),
    # nothing to read
    ("## Acme vs Borealis\n\nThe weather is awful.", ABS, ABS),
    ("Acme", ABS, None),
    ("Nobody is terrible.", None, None),
    # other languages
    ("Acme ist sehr gut und nicht teuer.", ABS, None),
    ("Acme est très bon et pas cher.", ABS, None),
    ("Acme es una buena opción para familias.", ABS, None),
    ("Acme é uma boa opção e não é caro.", ABS, None),
    ("Acme adalah pilihan yang baik untuk keluarga.", ABS, None),
    ("Acmeはとても良い会社です。", ABS, None),
    ("Acme 非常好", ABS, None),
]


def read(*texts: str) -> list[dict[Entity, Opinion]]:
    answers = [AnswerText(text) for text in texts]
    return trained_judge().opinions([(answer, answer.mentions([ACME, BOREALIS])) for answer in answers])


@pytest.mark.parametrize(("text", "acme", "borealis"), CASES)
def test_each_brand_is_judged_by_what_is_said_of_it(text: str, acme: str | None, borealis: str | None) -> None:
    (found,) = read(text)
    labels = {entity.name: opinion.label for entity, opinion in found.items()}
    assert labels.get("Acme") == acme
    assert borealis is None or labels["Borealis"] == borealis


def test_a_score_has_the_sign_of_its_label_and_an_abstention_has_none() -> None:
    (good,), (bad,), (nothing,) = (found.values() for found in read("Acme is great.", "Acme is awful.", "Acme"))
    assert good.score is not None
    assert good.score > 0.5
    assert bad.score is not None
    assert bad.score < -0.5
    assert nothing.score is None


def test_what_is_said_in_one_answer_changes_no_other() -> None:
    texts = [text for text, *_ in CASES]
    assert read(*texts) == [read(text)[0] for text in texts]


def test_a_rival_that_is_tracked_or_not_changes_nothing() -> None:
    answer = AnswerText("Acme is solid. Borealis is slow, and Acme has good support.")
    alone, both = (trained_judge().opinions([(answer, answer.mentions(who))])[0] for who in ([ACME], [ACME, BOREALIS]))
    assert alone[ACME] == both[ACME]


def test_the_model_is_small_and_is_the_one_that_its_card_names() -> None:
    weights = FOLDER / "sentiment.onnx"
    card = json.loads((FOLDER / "sentiment.json").read_text())
    assert weights.stat().st_size <= 30_000_000
    assert problem() == ""
    assert f"`{card['sha256']}`" in (FOLDER / "CARD.md").read_text()
    assert trained_judge().version.endswith(card["sha256"][:8])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("sentiment.onnx", "sentiment.json"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def damage(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda folder: (folder / "sentiment.onnx").unlink(), "The file sentiment.onnx cannot be read: No such file"),
        (lambda folder: damage(folder / "sentiment.onnx"), "The file sentiment.onnx is damaged"),
        (lambda folder: (folder / "sentiment.json").write_text("{}"), "The file sentiment.json is not"),
        (lambda folder: (folder / "sentiment.json").write_text("?"), "The file sentiment.json is not"),
        (lambda folder: (folder / "sentiment.json").unlink(), "The file sentiment.json cannot be read"),
    ],
)
def test_a_missing_or_damaged_file_leaves_it_to_the_lexicon_and_says_so(
    harm: Any, sentence: str, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    harm(copy)
    with pytest.raises(Unusable, match=sentence):
        load(copy)
    assert problem(copy).startswith(sentence)
    assert isinstance(default_judge(copy), LexiconJudge)
    assert sentence in caplog.text


def test_without_the_runtime_a_system_check_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "brands.W001" not in [message.id for message in run_checks()]
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (warning,) = [message for message in run_checks() if message.id == "brands.W001"]
    assert "onnxruntime is not installed" in warning.msg


def test_a_process_that_judges_nothing_does_not_load_the_runtime() -> None:
    code = "import django, sys; django.setup();assert not {'onnxruntime', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

"""The model card: written with the weights, so that its figures are those of the file beside it."""

import json
from collections import defaultdict
from pathlib import Path

from bench.vader import vader_labels
from brands.sentiment import trained_model
from brands.sentiment.evaluation import Row, evaluate, figures
from brands.sentiment.trained_judge import TrainedJudge
from training.augmentation import own_sentence
from training.rows import LABELS, LabelledRow

_TEXT = Path(__file__).with_name("card.md")


def chances(folder: Path, rows: list[LabelledRow]) -> list[trained_model.Chances]:
    return trained_model.load(folder).chances([own_sentence(row).encoded() for row in rows])


def card_text(folder: Path, held_out: list[LabelledRow], other: list[LabelledRow]) -> str:
    card = json.loads((folder / "sentiment.json").read_text())
    parts = {
        "sha256": card["sha256"],
        "megabytes": f"{(folder / 'sentiment.onnx').stat().st_size / 1e6:.1f}",
        "temperature": card["temperature"],
        "certain": f"{card['certain']:.0%}".replace("%", " %"),
        "held_out": _table(folder, held_out),
        "other": _table(folder, other),
        "reliability": _reliability(folder, held_out),
    }
    text = _TEXT.read_text()
    for name, value in parts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _table(folder: Path, rows: list[LabelledRow]) -> str:
    """Macro F1 by source, of the judge and of VADER."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        plain = Row(row.text, row.target, LABELS[row.label], row.start, row.end)
        by_source[row.source].append(plain)
        by_source["**all**"].append(plain)
    lines = ["| source | rows | VADER | judge | surest nine tenths | abstained |", "|---|---|---|---|---|---|"]
    for source, some in sorted(by_source.items(), key=lambda item: (item[0] == "**all**", item[0])):
        vader = figures(list(zip([row.label for row in some], vader_labels(some), strict=True)))
        own = evaluate(some, TrainedJudge(trained_model.load(folder)))
        cells = [vader["macro_f1"], own["macro_f1"], own["surest_nine_tenths"]["macro_f1"]]
        scores = " | ".join(f"{cell:.3f}" for cell in cells)
        lines.append(f"| {source} | {len(some)} | {scores} | {own['share_abstained']:.1%} |")
    return "\n".join(lines)


def _reliability(folder: Path, rows: list[LabelledRow]) -> str:
    """How often the likeliest label is right, by the chance that the judge gives it."""
    lines = ["| chance of the label | rows | right |", "|---|---|---|"]
    given = [(max(row), row.index(max(row))) for row in chances(folder, rows)]
    pairs = [(chance, label == row.label) for (chance, label), row in zip(given, rows, strict=True)]
    for low, high in ((0.33, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        right = [hit for chance, hit in pairs if low <= chance < high]
        share = f"{sum(right) / len(right):.0%}" if right else "–"
        lines.append(f"| {low:.0%} to {min(high, 1):.0%} | {len(right)} | {share} |")
    return "\n".join(lines)

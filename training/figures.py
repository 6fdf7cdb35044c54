"""How well a network does, by source."""

from collections import defaultdict

import torch

from training.augmentation import own_sentence
from training.network import TargetSentiment, batch
from training.rows import LABELS, LabelledRow


def logits(network: TargetSentiment, rows: list[LabelledRow]) -> torch.Tensor:
    """One row for each, read as the judge reads them: the target's sentence alone."""
    network.eval()
    sequences = [own_sentence(row).encoded() for row in rows]
    order = sorted(range(len(rows)), key=lambda index: len(sequences[index]))
    found = torch.zeros(len(rows), len(LABELS))
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        with torch.no_grad():
            found[part] = network(*batch([sequences[index] for index in part]))
    return found


def macro_f1(true: list[int], given: list[int]) -> float:
    pairs = list(zip(true, given, strict=True))
    f1 = []
    for label in range(len(LABELS)):
        right = sum(t == g == label for t, g in pairs)
        counted = sum(t == label for t, _ in pairs) + sum(g == label for _, g in pairs)
        f1.append(2 * right / counted if counted else 0.0)
    return sum(f1) / len(f1)


def figures_by_source(network: TargetSentiment, rows: list[LabelledRow]) -> dict[str, float]:
    given = logits(network, rows).argmax(1).tolist()
    parts: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, label in zip(rows, given, strict=True):
        for name in ("all", row.source):
            parts[name][0].append(row.label)
            parts[name][1].append(label)
    return {name: round(macro_f1(*pair), 4) for name, pair in sorted(parts.items())}

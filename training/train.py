"""Train the default sentiment judge: python -m training.train ROWS.jsonl --out FOLDER. Seeded; goes on where it was."""

import argparse
import copy
import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from training.augmentation import varied
from training.figures import figures_by_source
from training.network import TargetSentiment, batch
from training.rows import LabelledRow, parted, read
from training.templates import written_reviews, written_rows

SEED = 20261122
_PARTS = ("network", "mean", "optimizer")
HELD_OUT = 0.08


@dataclass(frozen=True, slots=True)
class Round:
    """One walk through the rows. Rates are shares of the recipe's."""

    rate: tuple[float, float]  # falls from the first to the second
    share: float  # of the labelled rows
    brands: int  # sentences of our own about brands
    reviews: int  # and about parts and places
    average: float  # of the running mean of the weights, at each fifth step


@dataclass(frozen=True, slots=True)
class Recipe:
    rounds: tuple[Round, ...] = (
        Round((1.0, 0.7), share=1.0, brands=1500, reviews=0, average=0.99),
        Round((0.7, 0.0), share=0.4, brands=1200, reviews=1200, average=0.96),
    )
    batch: int = 32
    rate: float = 1e-4  # of the upper layer and, five times, of the head
    decay_by_layer: float = 0.85
    weight_decay: float = 0.01
    warm_up: int = 115  # steps
    smoothing: float = 0.05
    frozen: int = 1  # of the lowest layers, and the embeddings: learnt from far more text than ours
    threads: int = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="A folder for checkpoints and the weights.")
    parser.add_argument("--leave-out", default="", help="A source that is not trained on, only measured with.")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = read(options.rows)
    apart = [row for row in rows if row.source == options.leave_out]
    kept, held_out = parted((row for row in rows if row.source != options.leave_out), HELD_OUT, SEED)
    train(kept, held_out + apart, Recipe(), options.out, options.seed)


@dataclass
class Training:
    """All that a checkpoint holds."""

    network: TargetSentiment
    mean: TargetSentiment
    optimizer: torch.optim.Optimizer
    round: int = 0
    step: int = 0

    def save(self, file: Path) -> None:
        parts = {name: getattr(self, name).state_dict() for name in _PARTS}
        torch.save({**parts, "round": self.round, "step": self.step}, file)

    def load(self, file: Path) -> None:
        state = torch.load(file)
        for name in _PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.round, self.step = state["round"], state["step"]


def train(kept: list[LabelledRow], held_out: list[LabelledRow], recipe: Recipe, out: Path, seed: int) -> None:
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(seed)
    network = TargetSentiment()
    _freeze(network, recipe.frozen)
    optimizer = torch.optim.AdamW(_groups(network, recipe), weight_decay=recipe.weight_decay)
    training = Training(network, copy.deepcopy(network), optimizer)
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        training.load(checkpoint)
    while training.round < len(recipe.rounds):
        _round(training, kept, recipe, random.Random(f"{seed} {training.round}"))
        training.save(checkpoint)
        torch.save(training.mean.state_dict(), out / f"weights-{training.round}.pt")
        print(json.dumps({"round": training.round, **figures_by_source(training.mean, held_out)}), flush=True)


def _round(training: Training, kept: list[LabelledRow], recipe: Recipe, chance: random.Random) -> None:
    network, loss_of = training.network.train(), nn.CrossEntropyLoss(label_smoothing=recipe.smoothing)
    plan = recipe.rounds[training.round]
    batches = _batches(kept, plan, recipe.batch, chance)
    for number, (labels, sequences) in enumerate(batches):
        _set_rate(training, recipe, plan, number / len(batches))
        with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
            logits = network(*batch(sequences))
        loss = loss_of(logits.float(), torch.tensor(labels))
        training.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        training.optimizer.step()
        training.step += 1
        if training.step % 5 == 0:
            _average(training.mean, network, min(plan.average, training.step / (training.step + 50)))
        if training.step % 50 == 0:
            print(f"round {training.round + 1} {number}/{len(batches)} loss {loss.item():.3f}", flush=True)
    training.round += 1


def _set_rate(training: Training, recipe: Recipe, plan: Round, passed: float) -> None:
    first, last = plan.rate
    share = min(1.0, (training.step + 1) / recipe.warm_up) * (first + (last - first) * passed)
    for group in training.optimizer.param_groups:
        group["lr"] = share * group["full_rate"]


BF16 = torch.cpu._is_avx512_bf16_supported() if hasattr(torch.cpu, "_is_avx512_bf16_supported") else False


def _freeze(network: TargetSentiment, layers: int) -> None:
    for part in (network.encoder.embeddings, *network.encoder.encoder.layer[:layers]):
        part.requires_grad_(False)


def _groups(network: TargetSentiment, recipe: Recipe) -> list[dict[str, object]]:
    """The lower a layer, the slower it learns."""
    layers = network.encoder.encoder.layer[recipe.frozen :]
    groups: list[dict[str, object]] = [{"params": list(network.head.parameters()), "full_rate": 5 * recipe.rate}]
    for height, layer in enumerate(reversed(layers)):
        groups.append({"params": list(layer.parameters()), "full_rate": recipe.rate * recipe.decay_by_layer**height})
    return groups


def _batches(
    kept: list[LabelledRow], plan: Round, size: int, chance: random.Random
) -> list[tuple[list[int], list[list[int]]]]:
    """Labels and sequences of the rows, varied, in batches of about the same length, in random order."""
    some = kept if plan.share == 1 else chance.sample(kept, round(plan.share * len(kept)))
    rows = [varied(row, chance.choice(kept), chance) for row in some] + written_rows(plan.brands, chance)
    rows += written_reviews(plan.reviews, chance)
    chance.shuffle(rows)
    shown = [(row.label, row.encoded()) for row in rows]
    pool = 50 * size
    batches = []
    for start in range(0, len(shown), pool):
        near = sorted(shown[start : start + pool], key=lambda pair: len(pair[1]))
        batches += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(batches)
    return [([label for label, _ in pairs], [ids for _, ids in pairs]) for pairs in batches if len(pairs) == size]


def _average(mean: nn.Module, network: nn.Module, weight: float) -> None:
    with torch.no_grad():
        for held, new in zip(mean.parameters(), network.parameters(), strict=True):
            if new.requires_grad:
                held.lerp_(new, 1 - weight)


if __name__ == "__main__":
    main()

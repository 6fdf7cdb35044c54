"""Turn trained weights into the file that ships: 8 bits, calibrated, with its card.

python -m training.export WEIGHTS.pt ROWS.jsonl --out FOLDER [--measure OTHER.jsonl]
"""

import argparse
import json
import tempfile
from hashlib import sha256
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from torch import Tensor, nn

from brands.sentiment import trained_model
from training.card import card_text, chances
from training.network import TargetSentiment
from training.rows import LabelledRow, parted, read
from training.train import HELD_OUT, SEED

VERSION = "minilm-1"
CERTAIN = 0.5  # below it, no label is likelier to be right than wrong


class Served(nn.Module):
    """The network as it is served: one sequence, nothing padded."""

    def __init__(self, network: TargetSentiment) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        return self.network(ids, torch.ones_like(ids))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("rows", type=Path, help="The rows that were trained on; those held out calibrate.")
    parser.add_argument("--out", type=Path, default=trained_model.FOLDER)
    parser.add_argument("--measure", type=Path, help="Rows for the card's figures, none of them trained on.")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    network = TargetSentiment()
    network.load_state_dict(torch.load(options.weights))
    write_weights(network.eval(), options.out / "sentiment.onnx")
    _, held_out = parted(read(options.rows), HELD_OUT, SEED)
    temperature = calibrated(options.out, held_out)
    write_card(options.out, temperature)
    trained_model.load.cache_clear()
    text = card_text(options.out, held_out, read(options.measure) if options.measure else [])
    (options.out / "CARD.md").write_text(text)


def write_weights(network: TargetSentiment, file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", Path(folder) / "fused.onnx"
        names = {"input_names": ["ids"], "output_names": ["logits"], "dynamic_axes": {"ids": {0: "rows", 1: "pieces"}}}
        torch.onnx.export(Served(network), (torch.ones(1, 8).long(),), plain, opset_version=17, dynamo=False, **names)
        heads, width = network.encoder.config.num_attention_heads, network.encoder.config.hidden_size
        graph = optimizer.optimize_model(str(plain), model_type="bert", num_heads=heads, hidden_size=width, opt_level=0)
        graph.save_model_to_file(str(fused))
        # Seven bits of each weight: with eight, processors without VNNI instructions overflow.
        quantize_dynamic(
            fused,
            file,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": 1},
        )


def write_card(folder: Path, temperature: float) -> None:
    card = {
        "version": VERSION,
        "sha256": sha256((folder / "sentiment.onnx").read_bytes()).hexdigest(),
        "temperature": round(temperature, 4),
        "certain": CERTAIN,
    }
    (folder / "sentiment.json").write_text(json.dumps(card, indent=2) + "\n")


def calibrated(folder: Path, rows: list[LabelledRow]) -> float:
    """The temperature with which the chances of the 8-bit network fit the rows best."""
    write_card(folder, 1.0)
    trained_model.load.cache_clear()
    logits = torch.tensor(chances(folder, rows)).log()
    true = torch.tensor([row.label for row in rows])
    losses = {step / 50: nn.functional.cross_entropy(logits * 50 / step, true).item() for step in range(20, 151)}
    return min(losses, key=lambda temperature: losses[temperature])


if __name__ == "__main__":
    main()

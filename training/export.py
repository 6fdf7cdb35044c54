"""Turn trained weights into the file that ships: 8 bits, calibrated, with its card.

python -m training.export WEIGHTS.pt ROWS.jsonl --out FOLDER [--measure OTHER.jsonl]
"""

import argparse
import json
import tempfile
from hashlib import sha256
from pathlib import Path

import numpy
import onnx
import torch
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from torch import Tensor, nn

from brands.sentiment import trained_model
from training.card import card_text, chances
from training.network import TargetSentiment
from training.rows import LabelledRow, parted, read
from training.train import HELD_OUT, SEED

VERSION = "minilm-2"
SCALED_BY = 10  # every tenth row gives its part to the scales
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
    kept, held_out = parted(read(options.rows), HELD_OUT, SEED)
    write_weights(network.eval(), options.out / "sentiment.onnx")
    fix_scales(options.out / "sentiment.onnx", [row.encoded() for row in kept[::SCALED_BY]])
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


def fix_scales(file: Path, sequences: list[list[int]]) -> None:
    """Give the inputs of each product of 8 bits one scale for all texts, the widest that these sequences need.

    A dynamic scale depends on what else is in the batch, and what is said of one brand must not.
    """
    model = onnx.load(str(file))
    dynamic = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    low, high = _ranges(model, [node.input[0] for node in dynamic], sequences)
    for node, least, most in zip(dynamic, low, high, strict=True):
        scale = numpy.float32((most - least) / 255)
        values = (scale, numpy.uint8(round(-least / scale)))
        for name, value in zip(node.output[1:], values, strict=True):
            model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.array(value), name))
        fixed = onnx.helper.make_node("QuantizeLinear", [node.input[0], *node.output[1:]], node.output[:1], node.name)
        node.CopyFrom(fixed)
    onnx.save(model, str(file))


def _ranges(model: onnx.ModelProto, names: list[str], sequences: list[list[int]]) -> tuple[list[float], list[float]]:
    """The least and the largest value that each tensor takes, 0 among them."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    session = InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    low, high = numpy.zeros(len(names)), numpy.zeros(len(names))
    for sequence in sequences:
        values = session.run(names, {"ids": numpy.array([sequence])})
        low = numpy.minimum(low, [value.min() for value in values])
        high = numpy.maximum(high, [value.max() for value in values])
    return low.tolist(), high.tolist()


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

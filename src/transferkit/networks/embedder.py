"""An encoder that answers with one vector per text."""

from typing import Any

import torch
from torch import Tensor, nn

from transferkit.networks.inputs import mask_of
from transferkit.networks.pooling import pool

_ROWS_AT_ONCE = 16


class Embedder(nn.Module):
    """`encoder` with its pooling on top: (rows, tokens) ids to (rows, width).

    Rows of like length are encoded together, without the padding that the longest of the batch asks for:
    pairs need every text of the batch at once, but not in one piece.
    """

    def __init__(self, encoder: nn.Module, pooling: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling

    @property
    def config(self) -> Any:
        return self.encoder.config

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, token_type_ids: Tensor | None = None
    ) -> Tensor:
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        arguments = {name: value for name, value in inputs.items() if value is not None}
        if attention_mask is None or len(input_ids) <= _ROWS_AT_ONCE:
            return self._embed(arguments)
        order = attention_mask.sum(dim=1).argsort()
        parts = [self._embed(trimmed(arguments, rows)) for rows in torch.split(order, _ROWS_AT_ONCE)]
        return torch.cat(parts)[order.argsort()]

    def _embed(self, inputs: dict[str, Tensor]) -> Tensor:
        return pool(self.encoder(**inputs).last_hidden_state, mask_of(inputs), self.pooling)


def trimmed(inputs: dict[str, Tensor], rows: Tensor) -> dict[str, Tensor]:
    """Some `rows` of a padded batch, without the columns that are padding in all of them."""
    used = torch.nonzero(inputs["attention_mask"][rows].any(dim=0)).squeeze(1)
    first, last = int(used[0]), int(used[-1]) + 1
    return {name: value[rows, first:last] for name, value in inputs.items()}

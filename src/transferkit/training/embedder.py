"""An encoder that answers with one vector per text."""

from typing import Any

from torch import Tensor, nn

from transferkit.training.learner import mask_of
from transferkit.training.pooling import pool


class Embedder(nn.Module):
    """`encoder` with its pooling on top: (rows, tokens) ids to (rows, width)."""

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
        given = {name: value for name, value in inputs.items() if value is not None}
        return pool(self.encoder(**given).last_hidden_state, mask_of(given), self.pooling)

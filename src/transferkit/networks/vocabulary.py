"""Training only the embeddings that occur: the others get no gradient, so they need no optimizer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.encoding.examples import Examples
from transferkit.networks.layers import input_embeddings


class SeenEmbedding(nn.Module):
    """The rows of an embedding whose tokens are in `seen`, under the old token ids.

    AdamW does the same to them as it would in the whole table, in a fraction of its time: on short
    texts the table holds half of a small model's weights and nearly all of its rows are idle.
    """

    def __init__(self, embedding: nn.Embedding, seen: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(embedding.weight.detach()[seen].clone())
        where = embedding.weight.device
        slots = torch.full((embedding.num_embeddings,), -1, dtype=torch.long, device=where)
        slots[seen] = torch.arange(len(seen), device=where)
        self.register_buffer("slots", slots, persistent=False)
        padding = embedding.padding_idx
        self.padding_slot = None if padding is None or slots[padding] < 0 else int(slots[padding])

    def forward(self, input_ids: Tensor) -> Tensor:
        slots: Tensor = self.slots  # type: ignore[assignment]
        return F.embedding(slots[input_ids], self.weight, self.padding_slot)


class FrozenTail(nn.Module):
    """An embedding of which only the first `count` rows learn: those behind them stand in no training text."""

    def __init__(self, embedding: nn.Embedding, count: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(embedding.weight.detach()[:count].clone())
        self.register_buffer("tail", embedding.weight.detach()[count:].clone(), persistent=False)
        self.padding_idx = embedding.padding_idx

    def forward(self, input_ids: Tensor) -> Tensor:
        tail: Tensor = self.tail  # type: ignore[assignment]
        count = len(self.weight)
        learning = F.embedding(input_ids.clamp(max=count - 1), self.weight, self.padding_idx)
        if not len(tail):
            return learning
        still = F.embedding((input_ids - count).clamp(min=0), tail)
        return torch.where((input_ids < count).unsqueeze(-1), learning, still)

    def whole(self) -> nn.Embedding:
        """All rows as one plain embedding."""
        tail: Tensor = self.tail  # type: ignore[assignment]
        weight = torch.cat([self.weight.detach(), tail])
        return nn.Embedding(len(weight), weight.shape[1], padding_idx=self.padding_idx, _weight=weight)


@contextmanager
def seen_alone(model: nn.Module, *sources: Examples) -> Iterator[None]:
    """While open, of the embeddings of `model` those of tokens in `sources` learn, if any do; then all are there again.

    Where the table is shared with an output layer, or is not a plain embedding, nothing changes.
    """
    holder: Any = model
    table = input_embeddings(holder)
    writes = hasattr(holder, "get_output_embeddings") and holder.get_output_embeddings() is not None
    if type(table) is not nn.Embedding or not table.weight.requires_grad or writes:
        yield
        return
    seen = _token_ids(sources).to(table.weight.device)
    learning = SeenEmbedding(table, seen)
    holder.set_input_embeddings(learning)
    try:
        yield
    finally:
        with torch.no_grad():
            table.weight[seen] = learning.weight
        holder.set_input_embeddings(table)


def _token_ids(sources: Sequence[Examples]) -> Tensor:
    """The token ids that occur, in order, padding included."""
    padding = np.array([source.encoded.pad_id for source in sources])
    found = [source.encoded.ids.distinct() for source in sources]
    return torch.from_numpy(np.unique(np.concatenate([padding, *found])).astype(np.int64))

"""Batches of like length: padding is work nobody asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from transferkit.arrays import Ints


@dataclass
class LengthBatches:
    """A batch sampler: rows of like length together, batches in random order, new ones every epoch.

    The batches of an epoch depend on (seed, epoch) alone, so a resumed run sees the same ones.
    Each is handed out in `accumulation` pieces, so that splitting a batch changes nothing else.
    """

    lengths: Sequence[int] | Ints
    batch_size: int
    seed: int
    accumulation: int = 1
    epoch: int = field(default=0)

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    @property
    def pieces(self) -> int:
        """Pieces of a whole batch: `accumulation`, but no more than it has rows."""
        return min(self.accumulation, self.batch_size)

    def __len__(self) -> int:
        full, rest = divmod(len(self.lengths), self.batch_size)
        return full * self.pieces + min(rest, self.pieces)

    def __iter__(self) -> Iterator[list[int]]:
        random = np.random.default_rng([self.seed, self.epoch])
        order = np.lexsort((random.random(len(self.lengths)), np.asarray(self.lengths)))
        full = len(order) // self.batch_size * self.batch_size
        # The rows of the one short batch are drawn at random, lest it always be the longest.
        short = np.sort(random.permutation(len(order))[: len(order) - full])
        kept = np.delete(order, short)
        batches = kept.reshape(-1, self.batch_size) if full else np.empty((0, self.batch_size), np.int64)
        for i in random.permutation(len(batches)):
            yield from self._pieces(batches[i])
        if len(short):
            yield from self._pieces(order[short])

    def _pieces(self, batch: Ints) -> Iterator[list[int]]:
        for piece in np.array_split(batch, min(self.accumulation, len(batch))):
            yield piece.tolist()


def by_length(lengths: Sequence[int] | Ints, tokens: int = 4096) -> Iterator[list[int]]:
    """All positions, longest first, in batches of about `tokens` tokens: for passes without gradients."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, tokens // max(1, int(lengths[order[start]])))
        yield order[start : start + rows].tolist()
        start += rows

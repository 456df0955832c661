"""The strongest n-grams of texts, of tables of what each word gives to them."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.arrays import Floats, Ints
from transferkit.encoding.batching import by_length
from transferkit.networks.inference import batch_tokens
from transferkit.sources.allocation import freed_kept

_LEAST = -1e30


@dataclass(frozen=True)
class NgramTables:
    """`ngrams` has for every n what words give to its features, (n * words, filters): that of a word at place j of the
    n-gram stands at j * words + its number. `bias` is (n-grams, filters), `words` the embeddings, (words, width), and
    `head` takes (rows, n-grams * filters + width). Number 0 is none."""

    ngrams: tuple[Tensor, ...]
    bias: Tensor
    words: Tensor
    head: nn.Module

    @staticmethod
    def of(words: Tensor, composition: Tensor, bias: Tensor, head: nn.Module) -> "NgramTables":
        """`composition` is (parts * filters, width), a part for every n and place in it.

        Before a text there is nothing, which tells n-grams at its start from those further on; behind it none ends.
        """
        parts, tables = iter(composition.view(-1, bias.shape[1], words.shape[1])), []
        for n in range(1, len(bias) + 1):
            table = torch.cat([words @ next(parts).T for _ in range(n)]).view(n, len(words), -1)
            table[:, 0] = 0
            table[-1, 0] = _LEAST
            tables.append(table.flatten(0, 1))
        return NgramTables(tuple(tables), bias, words, head)

    def logits(self, ids: Ints, lengths: Ints) -> Floats:
        """(rows, labels) of rows whose word numbers follow each other in `ids`, at least one of each row."""
        device, starts = self.words.device, np.cumsum(lengths) - lengths
        groups = [*by_length(lengths, batch_tokens())]
        order = list(chain.from_iterable(groups))
        with torch.inference_mode(), freed_kept():
            numbers, firsts = (torch.from_numpy(values).to(device) for values in (ids, starts))
            mean = F.embedding_bag(numbers, self.words, firsts, mode="mean")
            lines = (padded(ids, starts[rows], lengths[rows], len(self.ngrams) - 1) for rows in groups)
            strongest = torch.cat([self._strongest(torch.from_numpy(group).to(device)) for group in lines])
            found = self.head(torch.cat([strongest, mean[order]], dim=1)).cpu().numpy()  # fastest for all rows at once
        out: Floats = np.empty_like(found)
        out[order] = found
        return out

    def _strongest(self, numbers: Tensor) -> Tensor:
        """For every n, the maximum over the n-grams of each row: (rows, n-grams * filters)."""
        rows, most = len(numbers), batch_tokens()  # one long text needs no more memory than many short ones
        places = torch.arange(len(self.ngrams), device=numbers.device) * len(self.words)
        maxima = []
        for n, (table, bias) in enumerate(zip(self.ngrams, self.bias, strict=True), 1):
            windows = numbers[:, len(self.ngrams) - n :].unfold(1, n, 1) + places[:n]
            parts = [
                F.embedding_bag(some.reshape(-1, n), table, mode="sum").view(rows, -1, table.shape[1]).amax(dim=1)
                for some in (windows[:, at : at + most] for at in range(0, windows.shape[1], most))
            ]
            maxima.append(F.relu(torch.stack(parts).amax(dim=0) + bias))
        return torch.cat(maxima, dim=1)


def padded(ids: Ints, starts: Ints, lengths: Ints, before: int) -> Ints:
    """(rows, before + most words): those of `ids` from `starts` on, with zeros `before` and behind them."""
    there = np.arange(lengths.max()) < lengths[:, None]
    out = np.zeros((len(lengths), before + there.shape[1]), dtype=np.int64)
    out[:, before:][there] = ids[(starts[:, None] + np.arange(there.shape[1]))[there]]
    return out

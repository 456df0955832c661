"""Embedded words and word n-grams with a small head, in use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit import answerers, predictors
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.ragged import one_by_one
from transferkit.encoding.word_numbers import PADDING, SPECIAL, UNKNOWN, WordNumbers, number
from transferkit.networks.ngram_tables import NgramTables
from transferkit.predictors import Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import tensors
from transferkit.sources.device import device
from transferkit.sources.undrawn import undrawn
from transferkit.table.rows import Rows

_SIGNS_AT_ONCE = 2**19
_LEAST = -1e30


@dataclass(frozen=True)
class Sizes:
    """`words` in the vocabulary, `width` of their embeddings, `filters` n-gram features for every n up to
    `ngrams`, `hidden` units of the head."""

    words: int
    width: int
    filters: int
    ngrams: int
    hidden: int
    labels: int


class Facts(predictors.Facts):
    """The words in the order of their numbers, and the sizes of the model as in `Sizes`. In artifacts of earlier
    versions `by_script` is false, to which a clause without blanks is one word, or `by_pairs`, which read signs alone.
    """

    kind: str = "static"
    labels: tuple[str, ...] = Field(min_length=1)
    shape: ShapeName
    width: int = Field(ge=1)
    filters: int = Field(ge=1)
    ngrams: int = Field(ge=1, le=100)
    hidden: int = Field(ge=1)
    vocabulary: tuple[str, ...]
    by_script: bool = False
    by_pairs: bool = False
    prior: float = 0.0


class StaticModel(nn.Module):
    """A text is the strongest of its n-gram embeddings and the mean of its word embeddings.

    An n-gram's embedding is composed of its words': relu(A_1 e(w_1) + ... + A_n e(w_n) + b), so that every
    n-gram has one, seen or not (a convolution with max-over-time pooling, Kim 2014). No word looks at
    another, so all products A_j e(w) can be tables (`fold`), and answering is looking up and adding.
    """

    def __init__(self, sizes: Sizes, dropout: float = 0.0, word_dropout: float = 0.0) -> None:
        super().__init__()
        self.sizes, self.word_dropout = sizes, word_dropout
        self.embeddings = nn.Embedding(sizes.words + SPECIAL, sizes.width, padding_idx=PADDING)
        parts = sizes.ngrams * (sizes.ngrams + 1) // 2
        self.composition = nn.Linear(sizes.width, parts * sizes.filters, bias=False)
        self.bias = nn.Parameter(torch.zeros(sizes.ngrams, sizes.filters))
        self.dropout = nn.Dropout(dropout)
        inputs = sizes.ngrams * sizes.filters + sizes.width
        self.head = nn.Sequential(
            nn.Linear(inputs, sizes.hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(sizes.hidden, sizes.labels)
        )
        self.tables: NgramTables | None = None

    def fold(self) -> "StaticModel":
        """Ready for use: what is composed of single words is tabulated."""
        self.eval()
        with torch.no_grad():
            words = self.embeddings.weight.detach()
            self.tables = NgramTables.of(words, self.composition.weight, self.bias, self.head)
        return self

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """(rows, words) ids to (rows, labels)."""
        if self.training and self.word_dropout:
            forgotten = (torch.rand(input_ids.shape, device=input_ids.device) < self.word_dropout) & (input_ids > 0)
            input_ids = input_ids.masked_fill(forgotten, UNKNOWN)
        # Composed once per word of the batch, however often it stands there.
        seen, ids = torch.unique(input_ids, return_inverse=True)
        words = self.embeddings(seen)
        parts = self.composition(self.dropout(words)).split(self.sizes.filters, dim=1)
        present = input_ids != PADDING
        total = F.embedding_bag(ids, words, mode="sum", per_sample_weights=present.to(words.dtype))
        mean = total / present.sum(dim=1, keepdim=True).clamp_min(1)
        logits: Tensor = self.head(torch.cat([*self._strongest(ids, parts, present), mean], dim=1))
        return logits

    def _strongest(self, ids: Tensor, parts: Sequence[Tensor], present: Tensor) -> list[Tensor]:
        """For every n, the maximum over positions of the n-grams that end there: (rows, filters) each."""
        absent, used, maxima = ~present.unsqueeze(-1), 0, []
        for n in range(1, self.sizes.ngrams + 1):
            own, used = parts[used : used + n], used + n
            with torch.no_grad():
                total = _ending(ids, own).masked_fill_(absent, _LEAST)
            # Only the strongest have a gradient, so only they are looked up with one.
            found = _at(total.max(dim=1).indices, ids, own) if torch.is_grad_enabled() else total.amax(dim=1)
            maxima.append(F.relu(found + self.bias[n - 1]))
        return maxima


def _ending(ids: Tensor, parts: Sequence[Tensor]) -> Tensor:
    """The n-grams that end at every word, of `parts` (words, filters) for every place in them: (rows, words, filters).

    Before the text there is nothing, which tells n-grams at its start from those further on.
    """
    *earlier, last = parts
    total = F.embedding(ids, last)
    for j, part in enumerate(earlier):
        back = len(earlier) - j
        total[:, back:] += F.embedding(ids[:, : max(0, ids.shape[1] - back)], part)
    return total


def _at(places: Tensor, ids: Tensor, parts: Sequence[Tensor]) -> Tensor:
    """Those of `_ending` at `places`, (rows, filters), which are one word for every row and filter."""
    *earlier, last = parts
    total = _picked(last, ids.gather(1, places))
    for j, part in enumerate(earlier):
        where = places - (len(earlier) - j)
        total = total + _picked(part, ids.gather(1, where.clamp_min(0))).masked_fill(where < 0, 0.0)
    return total


def _picked(part: Tensor, words: Tensor) -> Tensor:
    """The numbers of `part` (words, filters) at `words` (rows, filters). What adds up their gradients does so in one
    order: on a CPU that of `gather`, on a GPU that of indexing."""
    if part.device.type == "cpu":
        return part.gather(0, words)
    return part[words, torch.arange(part.shape[1], device=part.device)]


@dataclass(frozen=True)
class Static:
    """`vocabulary` maps a lower-cased word to its number, from `SPECIAL` on; `by_script` and `by_pairs` as in `Facts`,
    `prior` as in `Adjustment`."""

    model: StaticModel
    vocabulary: Mapping[str, int]
    labels: tuple[str, ...]
    shape: Shape = Shape.LABEL
    by_script: bool = True
    by_pairs: bool = True
    prior: float = 0.0

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    @property
    def plain_prompt(self) -> None:
        return None

    @cached_property
    def words(self) -> WordNumbers:
        return WordNumbers(self.vocabulary, self.by_script, self.by_pairs)

    def predict(self, rows: Rows) -> Predictions:
        assert self.model.tables is not None, "fold the model first"
        parts = [np.zeros((0, len(self.labels)), dtype=np.float32)]
        for inputs in _portions(rows.inputs()):
            parts.append(self.model.tables.logits(*self.words.of(inputs)))
        return Predictions(answerers.of(self.shape).predictions(np.concatenate(parts), self.prior))

    @saving
    def save(self, folder: Path) -> None:
        words = tuple(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        sizes = {name: value for name, value in vars(self.model.sizes).items() if name not in ("words", "labels")}
        facts = Facts(
            labels=self.labels,
            shape=self.shape,
            vocabulary=words,
            by_script=self.by_script,
            by_pairs=self.by_pairs,
            prior=self.prior,
            **sizes,
        )
        write_facts(folder, facts)
        weights = {name: value.contiguous() for name, value in self.model.state_dict().items()}
        save_file(weights, folder / "model.safetensors")


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> Static:
    """What `save` wrote."""
    words, labels = list(facts.vocabulary), facts.labels
    sizes = Sizes(len(words), facts.width, facts.filters, facts.ngrams, facts.hidden, len(labels))
    with torch.device("meta"), undrawn():  # takes no memory, whatever the sizes are
        expected = {name: tuple(value.shape) for name, value in StaticModel(sizes).state_dict().items()}
    arrays = tensors.read(folder / "model.safetensors", expected)
    model = StaticModel(sizes)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    how = (facts.by_script, facts.by_pairs)
    return Static(model.to(device()).fold(), number(words), labels, facts.shape, *how, facts.prior)


def numbered(rows: Rows, words: WordNumbers) -> Examples:
    """Rows as word numbers."""
    ids, lengths = words.of(rows.inputs())
    return Examples(Encoded(one_by_one(ids, lengths), None, PADDING, False, lengths), np.full(len(rows), UNLABELLED))


def _portions(inputs: Sequence[tuple[str, str | None]]) -> Iterator[Sequence[tuple[str, str | None]]]:
    """`inputs` in portions whose words fit into memory, in their order."""
    signs = np.cumsum([len(text) + len(pair or "") for text, pair in inputs])
    borders = np.flatnonzero(np.diff(signs // _SIGNS_AT_ONCE)) + 1
    for start, end in pairwise([0, *borders.tolist(), len(inputs)]):
        if end > start:
            yield inputs[start:end]

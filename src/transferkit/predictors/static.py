"""Embedded words and word n-grams with a small head, in use."""

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from transferkit.language.words import composed, is_pair, pieces, pieces_and_pairs
from transferkit.networks.inference import outputs
from transferkit.predictors import Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import tensors
from transferkit.sources.device import device
from transferkit.sources.undrawn import undrawn
from transferkit.table.rows import Rows

_WORD_OF_VERSION_1 = re.compile(r"\w+|[^\w\s]")
_BATCH_ROWS = 8192
PADDING, UNKNOWN, SEPARATOR = 0, 1, 2
SPECIAL = 3
_LEAST = -1e30

# The parts of n-grams, one (words, filters) table per n and place, and the embeddings, (words, width).
_Tables = tuple[Sequence[Tensor], Tensor]


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
        self.tables: _Tables | None = None

    def fold(self) -> "StaticModel":
        """Ready for use: what is composed of single words is tabulated."""
        self.eval()
        with torch.no_grad():
            parts, words = self._tabulated(self.embeddings.weight)
            self.tables = tuple(part.contiguous() for part in parts), words.contiguous()
        return self

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """(rows, words) ids to (rows, labels)."""
        if self.training and self.word_dropout:
            forgotten = (torch.rand(input_ids.shape, device=input_ids.device) < self.word_dropout) & (input_ids > 0)
            input_ids = input_ids.masked_fill(forgotten, UNKNOWN)
        if self.tables is None:
            # Composed once per word of the batch, however often it stands there.
            seen, ids = torch.unique(input_ids, return_inverse=True)
            parts, words = self._tabulated(self.embeddings(seen))
        else:
            ids, (parts, words) = input_ids, self.tables
        present = input_ids != PADDING
        total = F.embedding_bag(ids, words, mode="sum", per_sample_weights=present.to(words.dtype))
        mean = total / present.sum(dim=1, keepdim=True).clamp_min(1)
        logits: Tensor = self.head(torch.cat([*self._strongest(ids, parts, present), mean], dim=1))
        return logits

    def _tabulated(self, embedded: Tensor) -> "_Tables":
        """What each word gives to n-grams, (words, filters) per n and place in it, and the word's embedding."""
        return self.composition(self.dropout(embedded)).split(self.sizes.filters, dim=1), embedded

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

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(answerers.of(self.shape).predictions(np.zeros((0, len(self.labels)), dtype=np.float32)))
        parts = []
        for start in range(0, len(rows), _BATCH_ROWS):
            part = rows.take(range(start, min(start + _BATCH_ROWS, len(rows))))
            parts.append(outputs(self.model, numbered(part, self.vocabulary, self.by_script, self.by_pairs)))
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


def number(words: list[str]) -> dict[str, int]:
    """The vocabulary of `words` in their order."""
    return {word: i + SPECIAL for i, word in enumerate(words)}


def split(text: str) -> list[str]:
    """Lower-cased words and single punctuation marks; in scripts without blanks between words signs and pairs."""
    return pieces_and_pairs(composed(text.lower()))


def _split_of_version_1(text: str) -> list[str]:
    return _WORD_OF_VERSION_1.findall(text.lower())


def _split_into_signs(text: str) -> list[str]:
    return pieces(composed(text.lower()))


def numbered(rows: Rows, vocabulary: Mapping[str, int], by_script: bool = True, by_pairs: bool = True) -> Examples:
    """Rows as word numbers; the second text of a pair follows a separator. A pair of signs that is not in the
    vocabulary, whose signs stand beside it, is left out."""
    parted = _split_of_version_1 if not by_script else split if by_pairs else _split_into_signs

    def look_up(text: str) -> list[int]:
        known = ((word, vocabulary.get(word, UNKNOWN)) for word in parted(text))
        return [number for word, number in known if number != UNKNOWN or not is_pair(word)]

    ids, lengths = array("i"), array("q")
    for text, pair in rows.inputs():
        numbers = look_up(text)
        if pair is not None:
            numbers += [SEPARATOR, *look_up(pair)]
        ids.extend(numbers or [UNKNOWN])
        lengths.append(len(numbers) or 1)
    lines = one_by_one(ids, lengths)
    return Examples(Encoded(lines, None, PADDING, False, lines.lengths), np.full(len(rows), UNLABELLED))

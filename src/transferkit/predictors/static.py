"""A bag of embedded words and word n-grams with a small head, in use."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, write_facts
from transferkit.training.encoding import Encoded
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.inference import outputs, softmax

_WORD = re.compile(r"\w+|[^\w\s]")
_BATCH_ROWS = 8192
PADDING = 0
_START, _SECOND = "\x02", "\x03"


class StaticModel(nn.Module):
    """Embeddings averaged with a learned weight each, a small network on the average, and a direct
    vote of every feature for the labels. Feature 0 is padding.

    logits = head(sum_i w_i e_i / sum_i w_i) + sum_i v_i / sqrt(count), w = exp(importance).
    """

    def __init__(self, features: int, width: int, hidden: int, labels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(features + 1, width, padding_idx=PADDING)
        self.importance = nn.Embedding(features + 1, 1, padding_idx=PADDING)
        self.votes = nn.Embedding(features + 1, labels, padding_idx=PADDING)
        nn.init.zeros_(self.importance.weight)
        nn.init.zeros_(self.votes.weight)
        self.head = (
            nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, labels))
            if hidden
            else nn.Sequential(nn.Linear(width, labels))
        )
        self.dropout = dropout
        self.register_buffer("scale", torch.ones(()))

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """(rows, features) ids to (rows, labels)."""
        present = input_ids != PADDING
        if self.training and self.dropout:
            present = present & (torch.rand(input_ids.shape, device=input_ids.device) >= self.dropout)
        weights = self.importance(input_ids).squeeze(-1).exp() * present
        total = weights.sum(dim=1, keepdim=True).clamp_min(1e-6)
        mean = torch.bmm((weights / total).unsqueeze(1), self.embeddings(input_ids)).squeeze(1)
        count = present.sum(dim=1, keepdim=True).clamp_min(1).sqrt()
        votes = torch.bmm((present / count).unsqueeze(1), self.votes(input_ids)).squeeze(1)
        scale: Tensor = self.scale  # type: ignore[assignment]
        logits: Tensor = (self.head(mean) + votes) * scale
        return logits


@dataclass(frozen=True)
class Static:
    """`vocabulary` maps a word or n-gram to its feature number, from 1 on."""

    model: StaticModel
    vocabulary: Mapping[str, int]
    ngrams: int
    labels: tuple[str, ...]

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(np.zeros((0, len(self.labels)), dtype=np.float32))
        parts = []
        for start in range(0, len(rows), _BATCH_ROWS):
            part = rows.take(range(start, min(start + _BATCH_ROWS, len(rows))))
            parts.append(softmax(outputs(self.model, featurise(part, self.vocabulary, self.ngrams))))
        return Predictions(np.concatenate(parts))

    def save(self, folder: Path) -> None:
        features = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        head = self.model.head[0]
        facts = {
            "labels": self.labels,
            "ngrams": self.ngrams,
            "width": self.model.embeddings.embedding_dim,
            "hidden": head.out_features if len(self.model.head) > 1 else 0,
            "features": features,
        }
        write_facts(folder, "static", facts)
        save_file(
            {name: value.contiguous() for name, value in self.model.state_dict().items()}, folder / "model.safetensors"
        )


def load(folder: Path, facts: Mapping[str, Any]) -> Static:
    """What `save` wrote."""
    features, labels = facts["features"], tuple(facts["labels"])
    model = StaticModel(len(features), int(facts["width"]), int(facts["hidden"]), len(labels))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return Static(model.eval(), {name: i + 1 for i, name in enumerate(features)}, int(facts["ngrams"]), labels)


def featurise(rows: Rows, vocabulary: Mapping[str, int], ngrams: int) -> Examples:
    """Rows as feature numbers; n-grams that are not in the vocabulary are left out."""
    look_up = vocabulary.get
    ids: list[npt.NDArray[np.int64]] = []
    for text, pair in rows.inputs():
        found = [number for gram in grams(text, pair, ngrams) if (number := look_up(gram))]
        ids.append(np.array(found or [PADDING], dtype=np.int64))
    lengths = np.array([len(row) for row in ids], dtype=np.int64)
    return Examples(Encoded(tuple(ids), None, PADDING, False, lengths), np.full(len(rows), UNLABELLED))


def grams(text: str, pair: str | None, most: int) -> Iterator[str]:
    """Words and n-grams of up to `most` words; the start of the text counts as a word in n-grams.

    Those of the second text of a pair are marked, so that both texts are told apart.
    """
    yield from _grams(text, most, "")
    if pair is not None:
        yield from _grams(pair, most, _SECOND)


def _grams(text: str, most: int, mark: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    for word in words:
        yield mark + word
    marked = [_START, *words]
    for size in range(2, most + 1):
        for i in range(len(marked) - size + 1):
            yield mark + " ".join(marked[i : i + size])


def readable(grams: Iterable[str]) -> list[str]:
    """N-grams as plain text, for a teacher to read."""
    return [gram.replace(_START, "").replace(_SECOND, "").strip() for gram in grams]


def words_only(vocabulary: Sequence[str]) -> list[str]:
    """Those of `vocabulary` that `grams` could find as one word."""
    return [word for word in vocabulary if _WORD.fullmatch(word) and word == word.lower()]

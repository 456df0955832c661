"""TF-IDF and a linear model: the baseline in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from transferkit.data.rows import Rows
from transferkit.predictors import Floats, Predictions, saving, write_facts
from transferkit.tasks import Shape
from transferkit.training import shapes

_BATCH_ROWS = 4096


@dataclass(frozen=True)
class BagOfWords:
    """A vectorizer per input column, then logits = x @ weights + bias; `weights` is (terms, labels)."""

    vectorizers: tuple[TfidfVectorizer, ...]
    weights: Floats
    bias: Floats
    labels: tuple[str, ...]
    shape: Shape = Shape.LABEL

    @property
    def parameters(self) -> int:
        return int(self.weights.size + self.bias.size)

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(np.zeros((0, len(self.labels)), dtype=np.float32))
        parts = []
        for start in range(0, len(rows), _BATCH_ROWS):
            part = rows.take(range(start, min(start + _BATCH_ROWS, len(rows))))
            parts.append(np.asarray(vectors(self.vectorizers, part) @ self.weights + self.bias, dtype=np.float32))
        return Predictions(shapes.of(self.shape).predictions(np.concatenate(parts)))

    @saving
    def save(self, folder: Path) -> None:
        vocabularies = [[*sorted(v.vocabulary_, key=v.vocabulary_.__getitem__)] for v in self.vectorizers]
        write_facts(
            folder, "bag_of_words", {"labels": self.labels, "shape": self.shape.name, "vocabularies": vocabularies}
        )
        idf = {f"idf_{i}": v.idf_.astype(np.float32) for i, v in enumerate(self.vectorizers)}
        save_file({"weights": self.weights, "bias": self.bias, **idf}, folder / "model.safetensors")


def vectorizer(vocabulary: list[str] | None = None) -> TfidfVectorizer:
    """Words and word pairs, sublinear counts; terms that occur at least twice would hurt short texts, so all stay."""
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b", vocabulary=vocabulary)


def vectors(vectorizers: tuple[TfidfVectorizer, ...], rows: Rows) -> csr_matrix:
    """(rows, terms): the columns `text` and, with two vectorizers, `text_pair` side by side."""
    columns = ("text", "text_pair")
    blocks = [v.transform(rows[column]) for v, column in zip(vectorizers, columns, strict=False)]
    return hstack(blocks, format="csr", dtype=np.float32)


def load(folder: Path, facts: Mapping[str, Any]) -> BagOfWords:
    """What `save` wrote."""
    tensors = load_file(folder / "model.safetensors")
    vectorizers = []
    for i, terms in enumerate(facts["vocabularies"]):
        restored = vectorizer(terms)
        restored.idf_ = tensors[f"idf_{i}"]
        vectorizers.append(restored)
    labels, shape = tuple(facts["labels"]), Shape[facts["shape"]]
    return BagOfWords(tuple(vectorizers), tensors["weights"], tensors["bias"], labels, shape)

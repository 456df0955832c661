"""TF-IDF and a linear model: the baseline in use."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from transferkit import predictors
from transferkit.data.rows import Rows
from transferkit.predictors import Floats, Predictions, ShapeName, saving, write_facts
from transferkit.sources import tensors
from transferkit.tasks import Shape
from transferkit.training import shapes

_BATCH_ROWS = 4096


class Facts(predictors.Facts):
    """The terms of every vectorizer, in the order of their columns."""

    kind: str = "bag_of_words"
    labels: tuple[str, ...] = Field(min_length=1)
    shape: ShapeName
    vocabularies: tuple[tuple[str, ...], ...] = Field(min_length=1, max_length=2)


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
        terms = tuple(tuple(sorted(v.vocabulary_, key=v.vocabulary_.__getitem__)) for v in self.vectorizers)
        write_facts(folder, Facts(labels=self.labels, shape=self.shape, vocabularies=terms))
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


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> BagOfWords:
    """What `save` wrote."""
    terms, labels = facts.vocabularies, len(facts.labels)
    sizes: dict[str, tuple[int, ...]] = {f"idf_{i}": (len(each),) for i, each in enumerate(terms)}
    sizes |= {"weights": (sum(map(len, terms)), labels), "bias": (labels,)}
    found = tensors.read(folder / "model.safetensors", sizes)
    vectorizers = []
    for i, each in enumerate(terms):
        restored = vectorizer(list(each))
        restored.idf_ = found[f"idf_{i}"]
        vectorizers.append(restored)
    return BagOfWords(tuple(vectorizers), found["weights"], found["bias"], facts.labels, facts.shape)

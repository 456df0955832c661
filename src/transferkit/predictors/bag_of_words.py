"""TF-IDF and a linear model: the baseline in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file
from scipy.sparse import hstack

from transferkit.data.rows import Rows
from transferkit.predictors import Floats, Predictions, saving, write_facts
from transferkit.tasks import Shape
from transferkit.training import shapes, terms
from transferkit.training.terms import Terms, words

_BATCH_ROWS = 4096
_COLUMNS = ("text", "text_pair")


@dataclass(frozen=True)
class BagOfWords:
    """The columns of all `terms` side by side, then logits = x @ weights + bias; `weights` is (terms, labels)."""

    terms: tuple[Terms, ...]
    weights: Floats
    bias: Floats
    labels: tuple[str, ...]
    shape: Shape = Shape.LABEL

    @property
    def parameters(self) -> int:
        return int(self.weights.size + self.bias.size)

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(np.zeros((0, len(self.bias)), dtype=np.float32))
        parts = []
        for start in range(0, len(rows), _BATCH_ROWS):
            part = rows.take(range(start, min(start + _BATCH_ROWS, len(rows))))
            inputs = hstack([each.vectors(part) for each in self.terms], format="csr", dtype=np.float32)
            parts.append(np.asarray(inputs @ self.weights + self.bias, dtype=np.float32))
        return Predictions(shapes.of(self.shape).predictions(np.concatenate(parts)))

    @saving
    def save(self, folder: Path) -> None:
        described = [{"kind": each.kind, **each.facts()} for each in self.terms]
        facts = {"labels": self.labels, "shape": self.shape.name, "terms": described}
        write_facts(folder, "bag_of_words", facts)
        tensors = {f"{name}_{i}": value for i, each in enumerate(self.terms) for name, value in each.tensors().items()}
        save_file({"weights": self.weights, "bias": self.bias, **tensors}, folder / "model.safetensors")


def load(folder: Path, facts: Mapping[str, Any]) -> BagOfWords:
    """What `save` wrote, now or in earlier versions."""
    tensors = load_file(folder / "model.safetensors")
    labels, shape, weights = tuple(facts["labels"]), Shape[facts["shape"]], tensors["weights"]
    if "vocabularies" in facts:
        fitted, order = _of_version_1(facts["vocabularies"], tensors)
        weights = weights[order]
    else:
        fitted = tuple(_loaded(i, each, tensors) for i, each in enumerate(facts["terms"]))
    if sum(each.size for each in fitted) != len(weights):
        raise ValueError(f"expected weights for {sum(each.size for each in fitted)} terms, found {len(weights)}")
    return BagOfWords(fitted, weights, tensors["bias"], labels, shape)


def _loaded(number: int, facts: Mapping[str, Any], tensors: terms.Tensors) -> Terms:
    own = {name.removesuffix(f"_{number}"): value for name, value in tensors.items() if name.endswith(f"_{number}")}
    return terms.load(facts["kind"], facts, own)


def _of_version_1(
    vocabularies: list[list[str]], tensors: terms.Tensors
) -> tuple[tuple[Terms, ...], npt.NDArray[np.int64]]:
    """One vocabulary of words and pairs per column; and the order in which their terms stand now."""
    found, order, before = [], [], 0
    for i, (column, written) in enumerate(zip(_COLUMNS, vocabularies, strict=False)):
        fitted, places = words.of_version_1(column, written, tensors[f"idf_{i}"])
        found.append(fitted)
        order.append(places + before)
        before += len(written)
    return tuple(found), np.concatenate(order)

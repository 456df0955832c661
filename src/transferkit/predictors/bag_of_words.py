"""TF-IDF and a linear model: the baseline in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from safetensors.numpy import save_file
from scipy.sparse import hstack

from transferkit import answerers, predictors, terms
from transferkit.arrays import Floats
from transferkit.predictors import Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import tensors
from transferkit.table.rows import Rows
from transferkit.terms import Terms, words

_BATCH_ROWS = 4096
_COLUMNS = ("text", "text_pair")


class Facts(predictors.Facts):
    """What its terms are, of each as its file in `training/terms` describes it; `vocabularies` of version 1."""

    kind: str = "bag_of_words"
    labels: tuple[str, ...] = Field(min_length=1)
    shape: ShapeName
    terms: tuple[dict[str, Any], ...] | None = Field(None, min_length=1)
    vocabularies: tuple[tuple[str, ...], ...] | None = Field(None, min_length=1, max_length=2)
    prior: float = 0.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.terms is None) == (self.vocabularies is None):
            raise ValueError("expected terms, or vocabularies in folders of version 1")
        return self


@dataclass(frozen=True)
class BagOfWords:
    """The columns of all `terms` side by side, then logits = x @ weights + bias; `weights` is (terms, labels), `prior`
    as in `Adjustment`."""

    terms: tuple[Terms, ...]
    weights: Floats
    bias: Floats
    labels: tuple[str, ...]
    shape: Shape = Shape.LABEL
    prior: float = 0.0

    @property
    def parameters(self) -> int:
        return int(self.weights.size + self.bias.size)

    @property
    def plain_prompt(self) -> None:
        return None

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(answerers.of(self.shape).predictions(np.zeros((0, len(self.bias)), dtype=np.float32)))
        parts = []
        for start in range(0, len(rows), _BATCH_ROWS):
            part = rows.take(range(start, min(start + _BATCH_ROWS, len(rows))))
            inputs = hstack([group.vectors(part) for group in self.terms], format="csr", dtype=np.float32)
            parts.append(np.asarray(inputs @ self.weights + self.bias, dtype=np.float32))
        return Predictions(answerers.of(self.shape).predictions(np.concatenate(parts), self.prior))

    @saving
    def save(self, folder: Path) -> None:
        described = tuple({"kind": group.kind, **group.facts()} for group in self.terms)
        write_facts(folder, Facts(labels=self.labels, shape=self.shape, terms=described, prior=self.prior))
        arrays = {f"{name}_{i}": value for i, group in enumerate(self.terms) for name, value in group.tensors().items()}
        save_file({"weights": self.weights, "bias": self.bias, **arrays}, folder / "model.safetensors")


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> BagOfWords:
    """What `save` wrote, now or in earlier versions."""
    labels, path = len(facts.labels), folder / "model.safetensors"
    sizes: dict[str, tensors.Size] = {"weights": (None, labels), "bias": (labels,)}
    if facts.vocabularies is not None:
        sizes |= {f"idf_{i}": (len(vocabulary),) for i, vocabulary in enumerate(facts.vocabularies)}
        arrays = tensors.read(path, sizes)
        fitted, order = _of_version_1(facts.vocabularies, arrays)
    else:
        described = facts.terms or ()
        integers = {f"{terms.integers(str(description.get('kind')))}_{i}" for i, description in enumerate(described)}
        sizes |= {name: (None,) for i in range(len(described)) for name in (f"idf_{i}",)}
        arrays = tensors.read(path, sizes | dict.fromkeys(integers, (None,)), integers)
        fitted, order = tuple(_loaded(i, description, arrays) for i, description in enumerate(described)), None
    weights, count = arrays["weights"], sum(group.size for group in fitted)
    if count != len(weights):
        raise ValueError(f"expected weights for {count} terms, found {len(weights)}")
    weights = weights if order is None else weights[order]
    return BagOfWords(fitted, weights, arrays["bias"], facts.labels, facts.shape, facts.prior)


def _loaded(number: int, facts: Mapping[str, Any], arrays: terms.Tensors) -> Terms:
    own = {name.removesuffix(f"_{number}"): value for name, value in arrays.items() if name.endswith(f"_{number}")}
    return terms.load(str(facts.get("kind")), facts, own)


def _of_version_1(
    vocabularies: Sequence[Sequence[str]], arrays: terms.Tensors
) -> tuple[tuple[Terms, ...], npt.NDArray[np.int64]]:
    """One vocabulary of words and pairs per column; and the order in which their terms stand now."""
    fitted, order, before = [], [], 0
    for i, (column, written) in enumerate(zip(_COLUMNS, vocabularies, strict=False)):
        part, places = words.of_version_1(column, written, arrays[f"idf_{i}"])
        fitted.append(part)
        order.append(places + before)
        before += len(written)
    return tuple(fitted), np.concatenate(order)

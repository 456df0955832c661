"""Numbers that judge predictions: one metric per file, the file's name is the metric's name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from transferkit.errors import ConfigError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Metric(Protocol):
    """What every file of this folder offers.

    `resampled` is the metric under row multiplicities: `counts` is (resamples, n), one row per resample,
    each summing to n; the answer is (resamples,). It makes a bootstrap one matrix product.
    """

    TITLE: str
    HIGHER_IS_BETTER: bool

    def compute(self, probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> float:
        """The metric of `probabilities` (n, C) against label indices `references` (n,)."""

    def resampled(self, probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats) -> Floats:
        """The metric of every resample of the rows."""


def names() -> list[str]:
    """Every metric there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> Metric:
    """The metric called `name`."""
    if name not in names():
        raise ConfigError(f"unknown metric {name!r}; there is {', '.join(names())}")
    return cast(Metric, import_module(f"{__name__}.{name}"))


def once(references: npt.NDArray[Any]) -> Floats:
    """The one resample that has every row exactly once: (1, n) ones."""
    return np.ones((1, len(references)))


def class_counts(
    probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Right predictions, all predictions and true rows of every class, each (resamples, C)."""
    classes = np.arange(probabilities.shape[1])
    predicted = (probabilities.argmax(axis=1)[:, None] == classes).astype(np.float64)
    true = (np.asarray(references)[:, None] == classes).astype(np.float64)
    return counts @ (predicted * true), counts @ predicted, counts @ true


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """`numerator / denominator`, and 0 where the denominator is 0 (scikit-learn's `zero_division=0`)."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def over_classes(values: Floats, predicted: Floats, true: Floats) -> Floats:
    """Mean of `values` (resamples, C) over the classes that are true or predicted somewhere in the resample."""
    present = (predicted + true) > 0
    return np.asarray((values * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1))

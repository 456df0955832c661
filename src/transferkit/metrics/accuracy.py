"""Accuracy: share of rows whose most probable label is the true one, 1/n sum 1[argmax p_i = y_i]."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles

TITLE = "accuracy"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL",)


def rows_right(predictions: Any, references: Any) -> npt.NDArray[np.bool_]:
    """Which rows are right, (n,)."""
    return np.asarray(predictions.argmax(axis=1) == np.asarray(references))


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return np.asarray(counts @ rows_right(predictions, references).astype(np.float64) / counts.sum(axis=1))

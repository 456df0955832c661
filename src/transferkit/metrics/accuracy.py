"""Accuracy: share of rows whose most probable label is the true one, 1/n sum 1[argmax p_i = y_i]."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.metrics import Floats, once

TITLE = "accuracy"
HIGHER_IS_BETTER = True


def compute(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> float:
    """Accuracy, from 0 to 1. Shapes: (n, C) and (n,)."""
    return float(resampled(probabilities, references, once(references))[0])


def resampled(probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right = probabilities.argmax(axis=1) == np.asarray(references)
    return np.asarray(counts @ right.astype(np.float64) / counts.sum(axis=1))

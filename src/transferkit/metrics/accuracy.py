"""Accuracy: share of rows whose most probable label is the true one, 1/n sum 1[argmax p_i = y_i]."""

from typing import Any

import numpy as np

from transferkit.metrics import Floats

TITLE = "accuracy"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right = predictions.argmax(axis=1) == np.asarray(references)
    return np.asarray(counts @ right.astype(np.float64) / counts.sum(axis=1))

"""Pearson correlation of answers and targets, from -1 to 1; 0 where either does not vary."""

from typing import Any

import numpy as np

from transferkit.metrics import Floats, correlation

TITLE = "Pearson correlation"
HIGHER_IS_BETTER = True
SHAPES = ("VALUE",)


def on_one_scale(predictions: Any) -> Floats:
    """With mean 0 and variance 1."""
    values = np.asarray(predictions, dtype=np.float64)
    return np.asarray((values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-300))


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return correlation(np.asarray(predictions)[:, 0], np.asarray(references), counts)

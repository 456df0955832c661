"""Pearson correlation of answers and targets, from -1 to 1; 0 where either does not vary."""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import correlation

TITLE = "Pearson correlation"
HIGHER_IS_BETTER = True
LEAST = -1.0
SHAPES = ("VALUE",)


def on_one_scale(predictions: Any) -> Doubles:
    """With mean 0 and variance 1; 0 where they do not vary."""
    values = np.asarray(predictions, dtype=np.float64)
    varies = values.max(axis=0) > values.min(axis=0)
    return np.asarray(np.where(varies, (values - values.mean(axis=0)) / np.where(varies, values.std(axis=0), 1), 0))


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return correlation(np.asarray(predictions)[:, 0], np.asarray(references), counts)

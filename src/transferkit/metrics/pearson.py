"""Pearson correlation of answers and targets, from -1 to 1; 0 where either does not vary."""

from typing import Any

import numpy as np

from transferkit.metrics import Floats, correlation

TITLE = "Pearson correlation"
HIGHER_IS_BETTER = True
SHAPES = ("VALUE",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return correlation(np.asarray(predictions)[:, 0], np.asarray(references), counts)

"""Log loss: mean negative log-probability of the true label, -1/n sum ln p_i(y_i), in nats."""

from typing import Any

import numpy as np

from transferkit.metrics import Floats

TITLE = "log loss"
HIGHER_IS_BETTER = False
SHAPES = ("LABEL",)

FLOOR = float(np.finfo(np.float32).eps)
"""Probabilities are raised to this (scikit-learn's choice for float32), so that one sure miss is not infinite."""


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    rows = np.arange(len(references))
    true = np.asarray(predictions, dtype=np.float64)[rows, np.asarray(references)]
    loss = -np.log(np.clip(true, FLOOR, 1.0))
    return np.asarray(counts @ loss / counts.sum(axis=1))

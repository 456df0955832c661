"""Log loss: mean negative log-probability of the true label, -1/n sum ln p_i(y_i), in nats."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.metrics import Floats, once

TITLE = "log loss"
HIGHER_IS_BETTER = False

FLOOR = float(np.finfo(np.float32).eps)
"""Probabilities are raised to this (scikit-learn's choice for float32), so that one sure miss is not infinite."""


def compute(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> float:
    """Log loss in nats, 0 is perfect. Shapes: (n, C) and (n,)."""
    return float(resampled(probabilities, references, once(references))[0])


def resampled(probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    rows = np.arange(len(references))
    true = np.asarray(probabilities, dtype=np.float64)[rows, np.asarray(references)]
    loss = -np.log(np.clip(true, FLOOR, 1.0))
    return np.asarray(counts @ loss / counts.sum(axis=1))

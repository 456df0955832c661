"""Log loss: mean negative log-probability of the true label, -1/n sum ln p_i(y_i), in nats.

Of several labels it is the mean over all of them as well: -1/(n C) sum y ln p + (1 - y) ln(1 - p).
"""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import Weighing, of_labels

TITLE = "log loss"
HIGHER_IS_BETTER = False
SHAPES = ("LABEL", "LABELS")

FLOOR = float(np.finfo(np.float32).eps)
"""Probabilities are raised to this (scikit-learn's choice for float32), so that one sure miss is not infinite."""


def weighing(predictions: Any, references: Any) -> Weighing:
    """The metric of any resample, from what every row loses."""
    truth = np.asarray(references)
    if truth.ndim > 1:
        probabilities, _ = of_labels(predictions, truth)
        loss = -np.log(np.clip(np.where(truth > 0, probabilities, 1 - probabilities), FLOOR, 1.0)).mean(axis=1)
    else:
        true = np.asarray(predictions, dtype=np.float64)[np.arange(len(truth)), truth]
        loss = -np.log(np.clip(true, FLOOR, 1.0))
    return lambda counts: np.asarray(counts @ loss / counts.sum(axis=1))


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return weighing(predictions, references)(counts)

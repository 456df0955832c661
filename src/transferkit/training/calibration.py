"""Temperature scaling (Guo et al. 2017): one number that makes probabilities honest."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from transferkit.training.inference import Floats


def best_scale(logits: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The factor in [0.01, 100] on `logits` (rows, labels) with the lowest log loss on `labels` (rows,).

    1 / temperature. The rows must not have trained the model.
    """

    def loss(log_scale: float) -> float:
        scaled = np.asarray(logits, dtype=np.float64) * np.exp(log_scale)
        return float((logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return float(np.exp(found.x))


def scale_for_confidence(logits: Floats, confidence: float) -> float:
    """The factor in [0.01, 100] on `logits` (rows, labels) that makes the mean highest probability `confidence`.

    For a model that has seen every labelled row: its own scores would promise far too much.
    """

    def gap(log_scale: float) -> float:
        scaled = np.asarray(logits, dtype=np.float64) * np.exp(log_scale)
        return abs(float(np.exp(scaled.max(axis=1) - logsumexp(scaled, axis=1)).mean()) - confidence)

    found = minimize_scalar(gap, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return float(np.exp(found.x))

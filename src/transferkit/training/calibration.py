"""Temperature scaling (Guo et al. 2017): one number that makes probabilities honest."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from transferkit.arrays import Floats


def doubt(rows: int) -> float:
    """The chance that the next answer is wrong after `rows` right ones, 1 / (rows + 2): Laplace's rule of succession.

    Targets are smoothed by it (as in Platt 1999), or a few rows, all answered rightly, would call for certainty.
    """
    return 1 / (rows + 2)


def best_scale(logits: Floats, labels: npt.NDArray[np.int64], weights: Floats | None = None) -> float:
    """The factor in [0.01, 100] on `logits` (rows, labels) with the lowest log loss on smoothed `labels` (rows,).

    1 / temperature. The rows must not have trained the model; `weights` (rows,) says how much each counts.
    """
    share = doubt(len(labels))

    def loss(log_scale: float) -> float:
        scaled = np.asarray(logits, dtype=np.float64) * np.exp(log_scale)
        right = scaled[np.arange(len(labels)), labels]
        losses = logsumexp(scaled, axis=1) - (1 - share) * right - share * scaled.mean(axis=1)
        return float(np.average(losses, weights=weights))

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return float(np.exp(found.x))


def scale_for_confidence(logits: Floats, confidence: float) -> float:
    """The factor in [0.01, 100] on `logits` (rows, labels) that makes the mean highest probability `confidence`.

    For a model that has seen every labelled row: its own scores would promise far too much.
    """
    confidence = min(confidence, 1 - doubt(len(logits)))

    def gap(log_scale: float) -> float:
        scaled = np.asarray(logits, dtype=np.float64) * np.exp(log_scale)
        return abs(float(np.exp(scaled.max(axis=1) - logsumexp(scaled, axis=1)).mean()) - confidence)

    found = minimize_scalar(gap, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return float(np.exp(found.x))

"""R2: share of the target's variance that is explained, 1 - sum (p_i - y_i)^2 / sum (y_i - mean(y))^2.

0 for always answering the mean of these rows, below that for worse. Where the target does not vary it is undefined and
given as 1 for perfect answers, else as 0 (scikit-learn's `force_finite`).
"""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import deviations, mean, ratio

TITLE = "R2"
HIGHER_IS_BETTER = True
LEAST = float("-inf")
SHAPES = ("VALUE",)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    truth = np.asarray(references, dtype=np.float64)
    left = mean((np.asarray(predictions)[:, 0] - truth) ** 2, counts)
    _, variance = deviations(truth, counts)
    return np.where(variance > 0, 1 - ratio(left, variance), (left == 0).astype(np.float64))

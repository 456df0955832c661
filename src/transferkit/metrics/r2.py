"""R2: share of the target's variance that is explained, 1 - sum (p_i - y_i)^2 / sum (y_i - mean(y))^2.

0 for always answering the mean of these rows, below that for worse; 0 where the target does not vary.
"""

from typing import Any

import numpy as np

from transferkit.metrics import Floats, mean, ratio

TITLE = "R2"
HIGHER_IS_BETTER = True
SHAPES = ("VALUE",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    truth = np.asarray(references, dtype=np.float64)
    left = mean((np.asarray(predictions)[:, 0] - truth) ** 2, counts)
    variance = mean(truth**2, counts) - mean(truth, counts) ** 2
    return ratio(variance - left, variance)

"""Root mean squared error: sqrt(1/n sum (p_i - y_i)^2), in the unit of the target."""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import mean

TITLE = "root mean squared error"
HIGHER_IS_BETTER = False
SHAPES = ("VALUE",)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return np.sqrt(mean((np.asarray(predictions)[:, 0] - np.asarray(references)) ** 2, counts))

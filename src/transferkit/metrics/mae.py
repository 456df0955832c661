"""Mean absolute error: 1/n sum |p_i - y_i|, in the unit of the target."""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import mean

TITLE = "mean absolute error"
HIGHER_IS_BETTER = False
SHAPES = ("VALUE",)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return mean(np.abs(np.asarray(predictions)[:, 0] - np.asarray(references)), counts)

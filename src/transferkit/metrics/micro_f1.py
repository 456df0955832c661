"""Micro F1: 2 TP / (2 TP + FP + FN) with the counts summed over all classes.

With one label per row every miss is one FP and one FN, so over all classes this equals accuracy.
It is shown because it is asked for; it tells nothing beyond accuracy.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, ratio

TITLE = "micro F1"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(predictions, references, counts)
    return ratio(2 * right.sum(axis=1), (predicted + true).sum(axis=1))


def rows_right(predictions: Any, references: Any) -> npt.NDArray[np.bool_] | None:
    """Which rows are right, (n,), where each has one label; None where it has several."""
    truth = np.asarray(references)
    return np.asarray(predictions.argmax(axis=1) == truth) if truth.ndim == 1 else None

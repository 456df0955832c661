"""Micro F1: 2 TP / (2 TP + FP + FN) with the counts summed over all classes.

With one label per row every miss is one FP and one FN, so over all classes this equals accuracy.
It is shown because it is asked for; it tells nothing beyond accuracy.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, class_statistics, ratio

TITLE = "micro F1"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def statistics(predictions: Any, references: Any) -> Any:
    """What is counted in every row."""
    return class_statistics(predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 1, of all rows together."""
    right, predicted, true = class_counts(sums)
    return ratio(2 * right.sum(axis=1), (predicted + true).sum(axis=1))


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def rows_right(predictions: Any, references: Any) -> npt.NDArray[np.bool_] | None:
    """Which rows are right, (n,), where each has one label; None where it has several."""
    truth = np.asarray(references)
    return np.asarray(predictions.argmax(axis=1) == truth) if truth.ndim == 1 else None

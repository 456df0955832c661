"""Macro precision: TP_c / (TP_c + FP_c), averaged over the classes that occur.

A class that is never predicted counts as 0, as in scikit-learn's `precision_score(average="macro")`.
"""

from typing import Any

import numpy.typing as npt

from transferkit.metrics import Floats, class_counts, once, over_classes, ratio

TITLE = "macro precision"
HIGHER_IS_BETTER = True


def compute(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> float:
    """Macro-averaged precision, from 0 to 1. Shapes: (n, C) and (n,)."""
    return float(resampled(probabilities, references, once(references))[0])


def resampled(probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(probabilities, references, counts)
    return over_classes(ratio(right, predicted), predicted, true)
